"""The licences of everything installed, what of them a project allows, and a bill of materials of it all."""
