"""What people and programs touch: the command line, the web page, and every word they read."""
