//! Every error number that belongs to the command line tool, once.
//!
//! | range | about | numbers come from |
//! |---|---|---|
//! | 0099 | the command line itself | here |
//! | 01xx | CBOR encoding | `suit_core::ErrorKind` |
//! | 02xx | descriptions | here |
//! | 03xx | SUIT structure | `suit_core::ErrorKind` |
//! | 04xx | COSE messages | `suit_core::ErrorKind` |
//! | 05xx | authentication and trust | `suit_verify_nostd` |
//! | 06xx | input and output files | here |
//! | 07xx | keys and signers | here |
//! | 08xx | images and payloads | here |
//! | 09xx | refused actions | here |
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

macro_rules! codes {
    ( $( $name:ident = $number:literal $exit:ident $title:literal $(, $help:literal)? ; )* ) => {
        $(
            #[doc = $title]
            pub(crate) const $name: Code =
                Code { number: $number, title: $title, exit: Exit::$exit, help: codes!(@help $($help)?) };
        )*

        /// All of them, in the order of their numbers.
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
    DESCRIPTION_KIND = 212 Input "neither TOML nor JSON", "name the file *.toml or *.json";

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
            assert!(matches!(code.number, 99 | 200..300 | 600..1000), "{}", code.number);
            assert!(!code.title.ends_with('.') && !code.title.is_empty());
        }
    }
}
