"""What this project serves, and the systems that do its business."""
