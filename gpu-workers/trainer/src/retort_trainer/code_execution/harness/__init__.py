"""The code that runs inside the sandbox. Uses only the standard library; `source.py` combines it into one
text.
"""
