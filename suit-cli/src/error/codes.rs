//! Every error number that belongs to the command line tool, once.
//!
//! | range | about | numbers come from |
//! |---|---|---|
//! | 0099 | the command line itself | here |
//! | 01xx | CBOR encoding | `suit_core::ErrorKind` |
//! | 02xx | descriptions; from 250 on rules for authors, printed as `W02xx` | here |
//! | 03xx | SUIT structure | `suit_core::ErrorKind` |
//! | 04xx | COSE messages | `suit_core::ErrorKind` |
//! | 05xx | authentication and trust | `suit_verify_nostd`; from 0550 on here |
//! | 06xx | input and output files | here |
//! | 07xx | keys and signers | here |
//! | 08xx | images and payloads | here |
//! | 09xx | refused actions | here |
//! | 10xx | carrying out a manifest | `suit_verify_nostd` |
//!
//! A number is never reused. To add one, add a line to the table below; nothing else spells numbers.

use super::Exit;

/// One registered error: its number and what goes with it unless a place says better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// The number, printed as `E` and four digits.
    pub(crate) number: u16,
    /// What it is about, in a few words; the line of the error reference.
    pub(crate) title: &'static str,
    /// The exit status that it leads to.
    pub(crate) exit: Exit,
    /// The next step, where one sentence fits every occurrence.
    pub(crate) help: Option<&'static str>,
}

/// The numbers of rules for authors.
pub(crate) const AUTHOR_RULES: core::ops::Range<u16> = 250..300;

macro_rules! codes {
    ( $( $name:ident = $number:literal $exit:ident $title:literal $(, $help:literal)? ; )* ) => {
        $(
            #[doc = $title]
            pub(crate) const $name: Code =
                Code { number: $number, title: $title, exit: Exit::$exit, help: codes!(@help $($help)?) };
        )*

        /// All of them, in the order of their numbers.
        #[cfg(test)]
        pub(crate) const ALL: &[Code] = &[ $( $name, )* ];
    };
    (@help) => { None };
    (@help $help:literal) => { Some($help) };
}

codes! {
    // The command line.
    USAGE = 99 Usage "wrong use of the command line";

    // Descriptions: their text.
    SYNTAX = 201 Input "syntax error in a description";
    DUPLICATE_KEY = 202 Input "key given twice", "keep one of the two";
    WRONG_TYPE = 203 Input "value of the wrong type";
    UNKNOWN_FIELD = 204 Input "unknown field";
    MISSING_FIELD = 205 Input "required field is missing";
    INVALID_VALUE = 206 Input "value is not allowed here";
    UNKNOWN_VARIANT = 207 Input "unknown word";
    TOO_DEEP = 208 Input "nested too deeply", "the limit is 64 levels; a description needs fewer than 10";
    NOT_UTF8 = 209 Input "text is not UTF-8", "save the file as UTF-8";
    SET_SYNTAX = 210 Usage "malformed --set",
        "write --set path=value, for example --set manifest.sequence=42 or --set component[0].uri=\"coap://host/fw\"";
    SET_PATH = 211 Usage "the path of --set leads nowhere";

    // Descriptions: what they mean.
    CONFLICT = 212 Input "settings that exclude each other";
    NEEDS = 213 Input "a setting is missing that another one needs";
    UNKNOWN_COMPONENT = 214 Input "no such component";
    NAME_TWICE = 215 Input "the same thing is named twice";
    TOO_MANY = 216 Input "more than readers accept";
    COMMAND_FORM = 217 Input "not one command";
    NOT_IN_SHARED = 218 Input "not allowed in the shared sequence";
    SELECT_FIRST = 219 Input "sequence does not begin with the component it means";
    EMPTY = 220 Input "nothing where something is needed";
    NOTHING_TO_SEVER = 221 Input "part that can't be severed", "add it to the description, or don't sever it";
    ENCRYPTION_INFO = 222 Input "encryption info is not COSE_Encrypt";
    SIZE_DIFFERS = 223 Input "file does not have the size that the description gives",
        "leave 'size' out to take that of the file";
    DIGEST_DIFFERS = 224 Input "file does not have the digest that is given";
    TOO_LARGE_FOR_DEVICE = 225 Input "image is larger than it may be", "make the image smaller, or allow more with max-size";
    DELTA = 226 Input "delta that can't be made, or isn't one of these images";
    HASH_UNSUPPORTED = 227 Input "hash that can't be computed", "use sha-256, sha-384 or sha-512";
    PAYLOAD_NAME = 228 Usage "--payload names nothing";
    NESTING = 229 Input "sequences nested too deeply", "readers go 24 levels deep, and a nested try takes two of them";
    TEXT_LANGUAGE = 230 Input "malformed language tag", "write a tag such as en or en-GB";

    // Rules for authors. They are printed as W and four digits; only --deny-warnings makes them refusals.
    UNTAGGED = 250 Refused "envelope without tag", "leave out 'tagged': most devices want the tag";
    DEPENDENCY_INDEX = 251 Refused "dependency that is not a listed component", "give its 'id' instead of 'index': it is then listed";
    IDENTITY_UNCHECKED = 252 Refused "vendor or class is not checked",
        "check both in the shared sequence, or give [device] and leave the shared sequence to the tool";
    IDENTITY_LATE = 253 Refused "vendor and class are not checked first", "check 'vendor' and 'class' before anything else";
    UUID_VERSION = 254 Refused "identifier of an unsuitable UUID version", "use a name, or a UUID of version 4 or 5";
    DEPENDENCY_UNCHECKED = 255 Refused "dependency processed unchecked",
        "put { check = \"dependency-integrity\" } before { do = \"process-dependency\" }";
    DEPENDENCY_SECTION = 256 Refused "section of a dependency that is never processed";
    DEPENDENCY_SIZE = 257 Refused "integrated dependency has another size";
    PAYLOAD_DIFFERS = 258 Refused "integrated payload has another digest or size";
    SEVERED_SMALL = 259 Refused "severed part hardly larger than its digest", "leave it in the manifest";
    SIZE_WITHOUT_DIGEST = 260 Refused "size without digest", "set the digest too";
    FETCH_WITHOUT_DIGEST = 261 Refused "payload without digest", "set its digest before it is fetched";
    DIGEST_IF_UNSET = 262 Refused "digest that may stay unset", "set it with 'set'";
    PARAMETER_UNSET = 263 Refused "parameter that a command needs is not set", "set it before this command";
    SOFT_FAILURE = 264 Refused "soft-failure at the top of a sequence", "set it inside 'try' or 'run', or take it out";
    CONTENT_LARGE = 265 Refused "much content inside the manifest", "put it into the envelope and fetch it from there";
    TEXT_COMPONENT = 266 Refused "text about something that is not a component", "name a component of this manifest";
    TEXT_CHARACTERS = 267 Refused "unsuitable character in a version text", "take it out";
    VERSION_FORM = 268 Refused "version that is not semantic", "use one to three numbers, perhaps with -rc, -beta or -alpha";
    PAYLOAD_UNUSED = 269 Refused "payload that nothing asks for", "set its name as 'uri' and fetch it, or take it out";
    PAYLOAD_MISSING = 270 Refused "integrated payload is not there", "give its content under [payloads], or with --payload";
    SELECT_NESTED = 271 Refused "component selected in a nested sequence", "select it before: devices differ in what holds afterwards";
    VALUE_UNUSED = 272 Refused "value that nothing uses", "take it out, or leave the shared sequence to the tool";

    // Authentication: what the caller asks for beyond what a device checks.
    REQUIRED_SIGNERS = 550 No "required signers are missing";
    SEQUENCE_TOO_LOW = 551 No "sequence number is too low",
        "a device that has seen a later one refuses this manifest; build it with a higher sequence number";
    PROFILE = 552 No "not within the profile";
    PAYLOAD_DIGEST = 553 No "payload does not have its digest", "get the payload again, or build the manifest for it";
    PAYLOAD_SIZE = 554 No "payload does not have its size", "get the payload again, or build the manifest for it";
    PAYLOAD_ABSENT = 555 No "payload is missing",
        "put the file into the directory of --payload-dir, named like the end of its URI or like its digest";
    DEPENDENCY_DIGEST = 556 No "dependency does not have its digest", "get the dependency that the manifest was built for";
    DEPENDENCY_DEPTH = 557 No "dependencies too deep in each other", "give dependencies as files of their own";
    TOO_MANY_WAYS = 558 No "more alternatives than are followed", "check payloads by hand, or simplify the alternatives";
    REPORT_UNPROTECTED = 559 No "report is not protected", "ask the device for a report that is signed or has a MAC";
    REPORT_MANIFEST = 560 No "report is about another manifest";
    REPORT_PLACE = 561 No "report does not fit the manifest",
        "if another implementation made it, it may count offsets otherwise: here they count from the first byte of the section's array";
    PLAN_LACKS = 562 No "payload that would be needed can't be had",
        "name the file under [uris] in the device file, or give its directory with --payload-dir";
    WAITING = 563 No "device waits for what does not happen", "say under [now] in the device file what is the case";
    RAM_LIMIT = 564 No "device has too little RAM", "lower the limits of the device file, or allow more RAM";

    REPORT_ROOM = 565 No "report finds no room";

    // Files.
    READ = 601 Input "file can't be read", "check the name and the permissions";
    WRITE = 602 Output "file can't be written", "check the directory, its permissions and the free space";
    STANDARD_OUTPUT = 603 Output "standard output can't be written";
    TERMINAL = 604 Refused "binary output to a terminal", "write to a file with -o FILE, or pipe the output";
    OVERWRITES_INPUT = 605 Refused "output would overwrite an input",
        "choose another -o, or say --in-place";
    STDIN_TWICE = 606 Usage "standard input is used twice", "give one of the two as a file";
    EXISTS = 607 Refused "file exists and is not overwritten", "choose another name, or remove the file first";
    IS_DIRECTORY = 608 Input "a directory, not a file";
    TOO_LARGE = 609 Input "file is larger than this tool reads";
    NOT_A_DOCUMENT = 610 Input "file is of a kind that this verb does not read";
    REPORT_ENCRYPTED = 611 Input "report is encrypted", "decrypt it first; this version reads reports that are signed or have a MAC";
    DEVICE_STATE = 612 Input "not the state of this device";
    DEVICE_IN_USE = 613 Refused "another run uses the device", "wait until it has ended, or name another directory";

    // Keys.
    KEY_READ = 701 Key "key can't be read", "check the name and the permissions";
    KEY_SCHEME = 702 Key "keys of this kind can't be used yet", "give a path, file:PATH or env:NAME";
    KEY_UNKNOWN = 703 Key "not a key in a known form",
        "keys are PEM or DER as openssl writes them, COSE_Key or JWK; MAC secrets also hex digits in a file named *.hex";
    KEY_PEM = 704 Key "malformed PEM", "copy the key again, complete from its BEGIN to its END line";
    KEY_DER = 705 Key "malformed DER", "copy the key again; is it complete?";
    KEY_ENCRYPTED = 706 Key "key is encrypted",
        "decrypt it into a file that only you can read: openssl pkey -in KEY -out PLAIN";
    KEY_KIND = 707 Key "unsupported kind of key", "supported are P-256, P-384, Ed25519 and secrets for HMAC-256";
    KEY_CURVE = 708 Key "unsupported curve", "supported are P-256, P-384 and Ed25519";
    KEY_SEVERAL = 709 Key "several keys in one file", "keep each key in a file of its own";
    KEY_PUBLIC = 710 Key "public key where a private one is needed", "give the private key";
    KEY_INVALID = 711 Key "value is not a key of its kind";
    KEY_COSE = 712 Key "malformed COSE_Key", "write the key again: suit key convert KEY --to cose";
    KEY_JWK = 713 Key "malformed JWK";
    KEY_ALGORITHM = 714 Key "key is for another algorithm";
    KEY_OPERATION = 715 Key "the key's key_ops don't allow this", "use the key that was made for this";
    KEY_HEX = 716 Key "malformed hex digits", "write an even number of the digits 0 to 9 and a to f";
    KEY_SECRET = 717 Key "secret where a key pair is needed";
    KEY_NOT_SECRET = 718 Key "key pair where a secret is needed";
    KEY_FORM = 719 Key "key has no such form";
    KEY_CERTIFICATE = 720 Key "certificate, not a key", "take the key out: openssl x509 -in CERT -noout -pubkey";
    KEY_ID = 721 Usage "malformed key identifier", "write hex:0123ab, text:NAME or thumbprint";
    KEY_RANDOM = 722 Key "no random numbers";
    KEY_ON_COMMAND_LINE = 723 Key "a key on the command line",
        "others can see arguments: put the key into a file or a variable and give its path or env:NAME";
    TRUST_EMPTY = 724 Key "no key to trust";
    TRUST_TOO_MANY = 725 Key "too many keys to trust";
    TRUST_NAMES = 726 Key "one key under two names", "keep one of the two; each key counts once";
    ALGORITHM_NAME = 727 Usage "unknown algorithm";

    // Images.
    ELF_MALFORMED = 801 Input "malformed ELF file", "build the image again; is the file complete?";
    ELF_NOTHING_LOADABLE = 802 Input "ELF file without loadable content",
        "link the firmware; an object file or a file of symbols alone holds no image";
    IMAGE_OVERLAP = 803 Input "two parts of the image share an address";
    IMAGE_GAP = 804 Input "image with a gap that is too large",
        "split the image into one component per memory region";
    HEX_MALFORMED = 805 Input "malformed Intel HEX record", "write the file again; it may be cut or edited";
    HEX_NO_END = 806 Input "Intel HEX file without end record", "the file is cut: copy it again";
    HEX_NOTHING = 807 Input "Intel HEX file without data";
    IMAGE_EMPTY = 808 Input "image is empty", "build the image first";
    IMAGE_KIND = 809 Input "file is not of the kind that its name says",
        "say what it is: kind = \"bin\", \"elf\" or \"hex\"";
    IMAGE_ADDRESS = 810 Input "image reaches past the end of the address space";

    // Deltas.
    DELTA_TOO_LARGE = 820 Input "image is too large for a delta",
        "deltas are for images below 16 MiB: ship the image as it is, or split it into components";
    DELTA_MEMORY = 821 Refused "device has too little memory for a delta";
    DELTA_MALFORMED = 822 Input "malformed delta", "get the delta again; is it complete?";
    DELTA_UNKNOWN = 823 Input "delta of a version or with predictors that are unknown", "use a newer version of this tool";
    DELTA_BASE = 824 Refused "delta is for another base", "give the image that the delta was made from with --base";
    DELTA_RESULT = 825 Input "delta makes another image than its header says", "get the delta again, or make it anew";
    DELTA_LINKED = 826 Input "images are linked differently";
    DELTA_BUG = 827 Bug "delta that was made does not make the image";
    DELTA_SLOT = 828 Refused "slot and delta don't suit each other";
    DELTA_NOT_IN_PLACE = 829 Refused "delta is not made to be applied in place",
        "give --base and -o, or make the delta with --in-place";

    // Refused actions.
    SIGN_DIGEST = 901 Refused "the envelope's digest is not the manifest's", "build the envelope again";
    SIGN_TWICE = 902 Refused "a signature by this key is there already",
        "nothing is to be done; --replace drops what is there and signs anew";
    SIGN_IMPORT = 903 Refused "the imported signature does not hold";
    EDIT_INLINE = 904 Refused "member is part of the signed manifest",
        "only `suit build --severable` can put a digest in its place";
    EDIT_MISSING = 905 Refused "there is no such member or payload";
    EDIT_DIGEST = 906 Refused "content does not have the digest that the manifest holds",
        "take the content that the manifest was built with";
    EDIT_PRESENT = 907 Refused "member or payload is there already";
    WARNINGS_DENIED = 920 Refused "warnings are denied", "see to the warnings, or leave out --deny-warnings";
    SIGNATURES_OTHER = 921 Refused "signatures are for another manifest", "sign the new envelope with suit sign";
    TOUR = 930 Bug "a step of the tour ended otherwise than it must",
        "run the command by itself, in a directory kept with --keep";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_sorted_and_in_the_ranges_that_belong_to_the_tool() {
        for pair in ALL.windows(2) {
            assert!(pair[0].number < pair[1].number, "{} before {}", pair[0].number, pair[1].number);
        }
        for code in ALL {
            assert!(matches!(code.number, 99 | 200..300 | 550..1000), "{}", code.number);
            assert!(!code.title.ends_with('.') && !code.title.is_empty());
        }
    }
}
