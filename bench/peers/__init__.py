"""Other services that answer the same requests, to see what the shop's figures are worth."""
