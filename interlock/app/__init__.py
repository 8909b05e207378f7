"""The process: everything a call is made of, put together, and the commands around it."""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # onnxruntime calls home otherwise; it reads this when imported
