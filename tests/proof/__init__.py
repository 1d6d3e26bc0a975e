"""What the suites that look at dynadeck from outside share. Python 3.11's standard library only."""
