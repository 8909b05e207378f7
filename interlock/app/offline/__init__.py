"""The embedded default: ears, brain, mouth and line that need no key, no network and no sound card."""
