"""Run the command line as ``python -m mindconverter``."""

from mindconverter.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
