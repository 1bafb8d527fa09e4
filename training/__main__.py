"""`python -m huizan.training` is `huizan-train`."""

from .commands import main

if __name__ == "__main__":
    main()
