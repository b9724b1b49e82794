"""Verifies detached JWS with somebody else's library: joserfc, or jwcrypto (Debian: python3-jwcrypto).

Reads a JSON list of {"jws", "payload", "jwk"} on standard input, and prints a JSON list of the headers of those that hold and null for the others.
Exits 3 where neither library is there.
"""

import base64
import json
import sys


def encoded(payload):
    return base64.urlsafe_b64encode(payload.encode()).rstrip(b"=").decode()


def attached(one):
    header, middle, signature = one["jws"].split(".")
    assert middle == ""
    return f"{header}.{encoded(one['payload'])}.{signature}"


def by_joserfc():
    from joserfc import jws
    from joserfc.errors import JoseError
    from joserfc.jwk import OKPKey

    def verify(one):
        try:
            key = OKPKey.import_key(one["jwk"])
            return jws.deserialize_compact(attached(one), key, algorithms=["EdDSA"]).headers()
        except (JoseError, ValueError):
            return None

    return verify


def by_jwcrypto():
    from jwcrypto import jwk, jws

    def verify(one):
        token = jws.JWS()
        token.allowed_algs = ["EdDSA"]
        try:
            token.deserialize(attached(one), jwk.JWK(**one["jwk"]))
            return json.loads(token.objects["protected"])
        except (jws.InvalidJWSSignature, jws.InvalidJWSObject, ValueError):
            return None

    return verify


def library():
    for load in (by_joserfc, by_jwcrypto):
        try:
            return load()
        except ImportError:
            continue
    sys.exit(3)


verify = library()
print(json.dumps([verify(one) for one in json.load(sys.stdin)]))
