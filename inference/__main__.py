"""`python -m huizan.inference` is `huizan`."""

from .commands import main

if __name__ == "__main__":
    main()
