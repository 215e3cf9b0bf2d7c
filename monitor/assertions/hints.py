"""What to write instead of what other languages have; above all for people who know Gatus."""

PLACEHOLDERS = {
    "STATUS": "status",
    "RESPONSE_TIME": "latency, with a unit, as in latency < 300ms",
    "IP": "address",
    "BODY": "body, or body.json.$ for a part of it",
    "CONNECTED": "nothing: a target that cannot be connected to is DOWN anyway",
    "CERTIFICATE_EXPIRATION": "certificate.days_left, as in certificate.days_left > 14",
    "DOMAIN_EXPIRATION": "domain.days_left, as in domain.days_left > 30",
    "DNS_RCODE": "dns.rcode",
}
"""Gatus' placeholders, `[STATUS]`."""

FUNCTIONS = {
    "has": "write x exists",
    "exists": "write x exists",
    "pat": 'write body contains "x", or body matches /^x.*y$/',
    "contains": 'write x contains "ok"',
    "matches": "write x matches /ok/",
    "match": "write x matches /ok/",
    "regex": "write x matches /ok/",
    "count": "write len(x)",
    "length": "write len(x)",
    "size": "write len(x)",
    "lower": "write x matches /ok/i to ignore case",
    "every": "write all(x, it ...)",
    "some": "write any(x, it ...)",
    "none": "write not any(x, it ...)",
    "in": "write x in [200, 204]",
}
"""Functions that people look for."""

OPERATORS = {
    "is": "write ==",
    "eq": "write ==",
    "equals": "write ==",
    "ne": "write !=",
    "lt": "write <",
    "gt": "write >",
    "le": "write <=",
    "ge": "write >=",
    "contain": "write contains",
    "includes": "write contains",
    "include": "write contains",
    "has": "write contains, or exists",
    "match": "write matches",
    "like": "write matches, as in x matches /ok/",
    "between": "write in, as in status in 200..299",
    "exist": "write exists",
}
"""Words that people write between two values."""

LITERALS = {
    "none": "null",
    "nil": "null",
    "undefined": "null",
    "null": "null",
    "true": "true",
    "false": "false",
}
"""How other languages call values, in small letters."""
