"""The flows this project serves, and what does their business."""

from agents.returns import RETURNS
from app.returns import open_returns_systems
from interlock.app import Served

FLOWS = (Served(RETURNS, open_returns_systems),)
