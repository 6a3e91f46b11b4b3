"""`python -m labshare` is `labshare`."""

from labshare.cli import main

if __name__ == "__main__":
    main()
