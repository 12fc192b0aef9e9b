"""Keys as openssl writes them, in every form, and our forms as openssl and cwt read them."""

import hashlib

import cbor2
import cwt

from tool import Checks, Tool

# How openssl makes a key of each kind that is supported.
KINDS = {
    "p256": "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
    "p384": "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384",
    "ed25519": "genpkey -algorithm ED25519",
}

# The same key in other forms: file, command.
EC_FORMS = {
    "sec1.pem": "ec -in {key} -out {out}",
    "sec1.der": "ec -in {key} -outform DER -out {out}",
    "compressed.pem": "ec -in {key} -conv_form compressed -out {out}",
    "compressed.pub.pem": "ec -in {key} -conv_form compressed -pubout -out {out}",
    "no-public.pem": "ec -in {key} -no_public -out {out}",
}
FORMS = {
    "pkcs8.pem": "pkey -in {key} -out {out}",
    "pkcs8.der": "pkey -in {key} -outform DER -out {out}",
    "pub.pem": "pkey -in {key} -pubout -out {out}",
    "pub.der": "pkey -in {key} -pubout -outform DER -out {out}",
    "text.pem": "pkey -in {key} -text -out {out}",
    "text.pub.pem": "pkey -in {key} -pubout -text -out {out}",
}

# What is not for this tool: command, code of the refusal.
REFUSED = {
    "rsa.pem": ("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", "E0707"),
    "x25519.pem": ("genpkey -algorithm X25519", "E0707"),
    "ed448.pem": ("genpkey -algorithm ED448", "E0707"),
    "p521.pem": ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521", "E0708"),
    "secp256k1.pem": ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", "E0708"),
    "spelled-out.pem": (
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
        "E0708",
    ),
    "encrypted.pem": (
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-128-cbc -pass pass:secret",
        "E0706",
    ),
    "certificate.pem": (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=x",
        "E0720",
    ),
}


def thumbprint(kind: str, spki: bytes) -> str:
    """RFC 9679, from a SubjectPublicKeyInfo in DER whose key stands at its end."""
    if kind == "ed25519":
        key = {1: 1, -1: 6, -2: spki[-32:]}
    else:
        curve, width = {"p256": (1, 32), "p384": (2, 48)}[kind]
        key = {1: 2, -1: curve, -2: spki[-2 * width : -width], -3: spki[-width:]}
    return hashlib.sha256(cbor2.dumps(key)).hexdigest()


def run(suit: Tool, check: Checks) -> None:
    for kind, make in KINDS.items():
        name = f"{kind}.pem"
        suit.openssl(f"{make} -out {name}")
        wanted = thumbprint(kind, suit.openssl(f"pkey -in {name} -pubout -outform DER"))
        forms = FORMS if kind == "ed25519" else FORMS | EC_FORMS
        for form, command in forms.items():
            out = f"{kind}-{form}"
            suit.openssl(command.format(key=name, out=out))
            ran = suit(f"key kid {out}")
            check.equal(f"{out} is read", (ran.status, ran.out.decode().strip()), (0, wanted))
        if kind != "ed25519":
            # The block of parameters comes first: the form of `openssl ecparam -genkey`.
            curve = {"p256": "prime256v1", "p384": "secp384r1"}[kind]
            suit.openssl(f"ecparam -name {curve} -genkey -out {kind}-parameters.pem")
            spki = suit.openssl(f"pkey -in {kind}-parameters.pem -pubout -outform DER")
            ran = suit(f"key kid {kind}-parameters.pem")
            wanted_here = (0, thumbprint(kind, spki))
            check.equal(f"{kind}-parameters.pem is read", (ran.status, ran.out.decode().strip()), wanted_here)
            check("it has the block", b"EC PARAMETERS" in suit.read(f"{kind}-parameters.pem"))
            suit.openssl(f"ec -in {name} -aes128 -passout pass:secret -out {kind}-locked.pem")
            ran = suit(f"key show {kind}-locked.pem")
            check(f"{kind}-locked.pem is refused", ran.is_refused(4, "E0706"), ran)

        # Our forms, as others read them.
        ours = f"ours-{kind}.pem"
        suit.must(f"key gen --type {kind} -o {ours} --public {ours}.pub")
        spki = suit.openssl(f"pkey -in {ours} -pubout -outform DER")
        check.equal(f"openssl reads {ours}", suit.openssl(f"pkey -pubin -in {ours}.pub -outform DER"), spki)
        ran = suit.must(f"key kid {ours}")
        check.equal("the thumbprint is right", ran.out.decode().strip(), thumbprint(kind, spki))
        for private in ("", " --private"):
            suit.must(f"key convert {ours} --to cose{private} -o {kind}{len(private)}.cose")
            cwt.COSEKey.from_bytes(suit.read(f"{kind}{len(private)}.cose"))
            check(f"cwt reads the COSE_Key of {kind}{private}", True)
            ran = suit(f"key kid {kind}{len(private)}.cose")
            check.equal("and so do we", ran.out.decode().strip(), thumbprint(kind, spki))
            suit.must(f"key convert {ours} --to jwk{private} -o {kind}{len(private)}.jwk")
            ran = suit(f"key kid {kind}{len(private)}.jwk")
            check.equal(f"the JWK of {kind}{private} is the key", ran.out.decode().strip(), thumbprint(kind, spki))

    for name, (command, code) in REFUSED.items():
        suit.openssl(f"{command} -out {name}")
        ran = suit(f"key show {name}")
        check(f"{name} is refused", ran.is_refused(4, code), ran)
