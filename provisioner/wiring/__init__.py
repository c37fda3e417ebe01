"""The composition root: joins the ports to their adapters. The only package that names adapters.

One module per thing a command does, so that a command loads what it needs and no more.
"""
