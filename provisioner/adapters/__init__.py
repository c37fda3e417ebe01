"""How the world is reached: one module per thing reached. Only ``wiring`` names them."""
