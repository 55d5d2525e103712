"""Who may do what: pods, identities, secrets, images and the network."""
