"""``python -m provisioner`` and the ``provisioner`` command."""

from provisioner.cli.app import main

if __name__ == "__main__":
    main()
