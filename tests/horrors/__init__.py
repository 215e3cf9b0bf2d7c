"""The server of horrors: bad answers of every sort, and what is made of each of them."""
