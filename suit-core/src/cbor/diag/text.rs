//! Scalars as text: hex, quoted strings, identifiers, times, floats.

use core::fmt::{self, Write};

/// Bytes as hexadecimal digits, two per byte, lower case.
#[derive(Clone, Copy, Debug)]
pub struct Hex<'a>(
    /// The bytes.
    pub &'a [u8],
);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A UUID in its usual form of five groups; bytes of another length as [`Hex`].
#[derive(Clone, Copy, Debug)]
pub struct Uuid<'a>(
    /// 16 bytes.
    pub &'a [u8],
);

impl fmt::Display for Uuid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(bytes) = <[u8; 16]>::try_from(self.0) else { return Hex(self.0).fmt(f) };
        for (position, byte) in bytes.iter().enumerate() {
            // RFC 9562 §4: groups of 4, 2, 2, 2 and 6 bytes.
            if matches!(position, 4 | 6 | 8 | 10) {
                f.write_char('-')?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Seconds since 1970 as date and time, such as `2023-10-03 00:00:00 UTC`; as a number from the year 10000 on.
#[derive(Clone, Copy, Debug)]
pub struct Timestamp(
    /// Seconds since 1970-01-01, leap seconds not counted.
    pub u64,
);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const YEAR_10000: u64 = 253_402_300_800;
        let Self(seconds) = *self;
        if seconds >= YEAR_10000 {
            return write!(f, "{seconds} s after 1970");
        }
        let (year, month, day) = date(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
    }
}

/// Year, month and day so many days after 1970-01-01; before the year 10000.
#[allow(clippy::arithmetic_side_effects, reason = "days are bounded, and no difference is less than 0")]
fn date(days: u64) -> (u64, u64, u64) {
    // Days in a calendar whose year begins in March, so that the leap day is the last one; eras have 400 years.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

/// Text in double quotes, escaped as in JSON. Control characters and those that reorder or hide text are escaped too,
/// so what is printed can be shown on a terminal.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(
    /// The text.
    pub &'a str,
);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for letter in self.0.chars() {
            match letter {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                _ if is_unfit(letter) => {
                    for unit in letter.encode_utf16(&mut [0; 2]) {
                        write!(f, "\\u{unit:04x}")?;
                    }
                }
                _ => f.write_char(letter)?,
            }
        }
        f.write_char('"')
    }
}

/// Control characters, and those that are invisible or change how their neighbours are shown.
const fn is_unfit(letter: char) -> bool {
    letter.is_ascii_control()
        || matches!(letter,
            '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// A float as its bits, in the notation of JSON where that has one, with the indicator of its width.
pub(super) fn float(f: &mut dyn Write, width: u8, bits: u64) -> fmt::Result {
    let value = match width {
        1 => f64::from(half(u16::try_from(bits).unwrap_or(u16::MAX))),
        2 => f64::from(f32::from_bits(u32::try_from(bits).unwrap_or(u32::MAX))),
        _ => f64::from_bits(bits),
    };
    if value.is_nan() {
        write!(f, "NaN_{width}")
    } else if value.is_infinite() {
        write!(f, "{}Infinity_{width}", if value < 0.0 { "-" } else { "" })
    } else {
        write!(f, "{value:?}_{width}")
    }
}

/// IEEE 754 binary16.
fn half(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (u32::from(bits >> 15), u32::from(bits >> 10 & 0x1f), bits & 0x3ff);
    let magnitude = match exponent {
        // 2^-24 is the least number there is.
        0 => f32::from(fraction) * 5.960_464_5e-8,
        31 => f32::from_bits(0xff << 23 | u32::from(fraction) << 13),
        _ => f32::from_bits(exponent.wrapping_add(112) << 23 | u32::from(fraction) << 13),
    };
    if sign == 1 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::{String, ToString};

    #[test]
    fn times_are_those_of_the_calendar() {
        // From `date -u -d @…`.
        for (seconds, wanted) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_696_291_200, "2023-10-03 00:00:00 UTC"),
            (4_107_542_399, "2100-02-28 23:59:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
            (253_402_300_799, "9999-12-31 23:59:59 UTC"),
            (253_402_300_800, "253402300800 s after 1970"),
        ] {
            assert_eq!(Timestamp(seconds).to_string(), wanted);
        }
    }

    #[test]
    fn quoted_text_is_one_harmless_line() {
        assert_eq!(Quoted("a\"b\\c\n").to_string(), r#""a\"b\\c\n""#);
        assert_eq!(Quoted("\u{1b}[2J\u{202e}ü\u{e0001}").to_string(), r#""\u001b[2J\u202eü\udb40\udc01""#);
    }

    #[test]
    fn identifiers_have_five_groups() {
        let id =
            [0xfa, 0x6b, 0x4a, 0x53, 0xd5, 0xad, 0x5f, 0xdf, 0xbe, 0x9d, 0xe6, 0x63, 0xe4, 0xd4, 0x1f, 0xfe];
        assert_eq!(Uuid(&id).to_string(), "fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe");
        assert_eq!(Uuid(&id[..3]).to_string(), "fa6b4a");
    }

    #[test]
    fn floats_are_those_of_the_encoding() {
        // RFC 8949 Appendix A.
        for (width, bits, wanted) in [
            (1, 0x0000, "0.0_1"),
            (1, 0x8000, "-0.0_1"),
            (1, 0x3c00, "1.0_1"),
            (1, 0x7bff, "65504.0_1"),
            (1, 0x0001, "5.960464477539063e-8_1"),
            (1, 0xc400, "-4.0_1"),
            (1, 0x7c00, "Infinity_1"),
            (1, 0x7e00, "NaN_1"),
            (2, 0x47c3_5000, "100000.0_2"),
            (3, 0x3ff1_9999_9999_999a, "1.1_3"),
            (3, 0xfff0_0000_0000_0000, "-Infinity_3"),
        ] {
            let mut text = String::new();
            float(&mut text, width, bits).unwrap();
            assert_eq!(text, wanted);
        }
    }
}
