"""The flows this project serves, and what does their business."""

from agents.__flow__ import __FLOW__
from app.__flow__ import open___flow___systems
from interlock.app import Served

FLOWS = (Served(__FLOW__, open___flow___systems),)
