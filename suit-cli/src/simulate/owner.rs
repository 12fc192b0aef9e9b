//! What a device file says of time zones and of the owner's policy. What the rules mean is in
//! [`suit_verify_nostd::policy`].

use super::model::no_such;
use crate::description::values::{Bytes, Day, Fault, Int, Scalar, Size, TimeOfDay, scalars};
use crate::source::Spanned;
use schemars::{JsonSchema, Schema, json_schema};
use serde::Deserialize;
use suit_verify_nostd::calendar::{Daylight, Switch, Zone};
use suit_verify_nostd::policy::{Blackout, Critical, OwnerPolicy, PolicyError, Weekdays, Window};

/// What the device's owner permits, whatever a manifest asks for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Owner")]
pub(crate) struct OwnerFile {
    /// Times at which nothing may change, by the clock of the device's zone.
    pub(crate) blackout: Option<Spanned<BlackoutFile>>,
    /// The least level of received radio for fetching, in dBm.
    #[schemars(extend("minimum" = -150, "maximum" = 0))]
    pub(crate) radio_min: Option<Spanned<Int>>,
    /// Storage that must stay free.
    pub(crate) storage_free: Option<Spanned<Size>>,
    /// RAM that must stay free.
    pub(crate) ram_free: Option<Spanned<Size>>,
    /// Components that must not be changed: those whose identifiers begin with all of these parts.
    #[serde(default)]
    pub(crate) veto: Vec<Spanned<Vec<Bytes>>>,
    /// What the owner lets critical updates do.
    pub(crate) critical: Option<CriticalFile>,
}

/// Times at which nothing may change.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Blackout")]
pub(crate) struct BlackoutFile {
    /// The times.
    #[schemars(extend("minItems" = 1, "maxItems" = 8))]
    pub(crate) windows: Vec<Spanned<WindowFile>>,
    /// Whether payloads may be fetched at these times.
    #[serde(default)]
    pub(crate) lets_fetch: bool,
}

/// A time of day, on some days of the week.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Window")]
pub(crate) struct WindowFile {
    /// When it begins.
    pub(crate) from: TimeOfDay,
    /// When it ends; on the next day if this is not later than the beginning.
    pub(crate) to: TimeOfDay,
    /// The days on which it begins; all if it isn't said.
    #[schemars(extend("minItems" = 1))]
    pub(crate) days: Option<Vec<Day>>,
}

/// What the owner lets critical updates do.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Critical")]
pub(crate) struct CriticalFile {
    /// An update is critical if it has this priority or a smaller number, which is more urgent.
    pub(crate) priority: Int,
    /// Whether it may go on at times at which nothing may change, and without a clock.
    #[serde(default)]
    pub(crate) ignores_blackout: bool,
    /// Whether it may be fetched with less radio.
    #[serde(default)]
    pub(crate) ignores_radio: bool,
}

/// What the owner permits, with everything looked up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owner {
    pub(crate) windows: Vec<Window>,
    pub(crate) lets_fetch: bool,
    pub(crate) radio: Option<i16>,
    pub(crate) storage: Option<u64>,
    pub(crate) ram: Option<u64>,
    pub(crate) veto: Vec<Vec<Vec<u8>>>,
    pub(crate) critical: Option<Critical>,
}

impl WindowFile {
    /// As the device has it.
    pub(crate) fn window(&self) -> Result<Window, PolicyError> {
        let seconds = |time: TimeOfDay| u32::try_from(time.0).unwrap_or(u32::MAX);
        let mut bits = 0_u8;
        for day in self.days.iter().flatten() {
            bits |= u32::try_from(day.0).ok().and_then(|day| 1_u8.checked_shl(day)).unwrap_or(0x80);
        }
        let days = match &self.days {
            None => Weekdays::ALL,
            Some(_) => Weekdays::from_bits(bits)?,
        };
        Window::new(seconds(self.from), seconds(self.to), days)
    }
}

impl From<CriticalFile> for Critical {
    fn from(file: CriticalFile) -> Self {
        Self {
            at_most: file.priority.0,
            ignores_blackout: file.ignores_blackout,
            ignores_radio: file.ignores_radio,
        }
    }
}

impl Owner {
    /// The parts of the vetoes, for [`Self::policy`].
    pub(crate) fn parts(&self) -> Vec<Vec<&[u8]>> {
        self.veto.iter().map(|prefix| prefix.iter().map(Vec::as_slice).collect()).collect()
    }

    /// As the device has it.
    ///
    /// # Errors
    /// Windows that leave no time, or a radio level that no receiver shows.
    pub(crate) fn policy<'p>(
        &'p self,
        zone: Option<Zone>,
        veto: &'p [&'p [&'p [u8]]],
    ) -> Result<OwnerPolicy<'p>, PolicyError> {
        let mut policy = OwnerPolicy::new().veto(veto);
        if !self.windows.is_empty() {
            let blackout = Blackout::new(zone.unwrap_or(Zone::UTC), &self.windows)?;
            policy = policy.blackout(if self.lets_fetch { blackout.letting_fetch() } else { blackout });
        }
        if let Some(least) = self.radio {
            policy = policy.radio(least)?;
        }
        if let Some(least) = self.storage {
            policy = policy.storage(least);
        }
        if let Some(least) = self.ram {
            policy = policy.ram(least);
        }
        Ok(self.critical.map_or(policy, |critical| policy.critical(critical)))
    }
}

/// A time zone, as the `TZ` variable of POSIX spells it: `CET-1CEST,M3.5.0,M10.5.0/3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ZoneText(pub(crate) Zone);

scalars!(ZoneText);

const ZONE_PATTERN: &str = "^([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?[0-9]{1,2}(:[0-9]{2}){0,2}\
    (([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)([+-]?[0-9]{1,2}(:[0-9]{2}){0,2})?\
    (,M[0-9]{1,2}\\.[1-5]\\.[0-6](/[+-]?[0-9]{1,3}(:[0-9]{2}){0,2})?){2})?$";

impl Scalar for ZoneText {
    const NAME: &'static str = "Zone";
    const WHAT: &'static str = "a time zone such as \"CET-1CEST,M3.5.0,M10.5.0/3\"";

    fn from_text(text: &str) -> Result<Self, Fault> {
        let help = "write it like the TZ variable of POSIX, with rules for daylight saving: CET-1CEST,M3.5.0,M10.5.0/3";
        let fault = |why: String| Fault::new(format!("'{text}' is not a time zone: {why}"), help);
        let mut rest = text;
        let zone = zone(&mut rest).map_err(fault)?;
        if rest.is_empty() { Ok(Self(zone)) } else { Err(fault(format!("'{rest}' is too much"))) }
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "A time zone as the TZ variable of POSIX spells it, with rules in the form Mm.w.d/time; offsets count \
                            westwards.",
            "type": "string",
            "pattern": ZONE_PATTERN,
        })
    }
}

/// POSIX: `std offset [dst [offset] , start [/time] , end [/time]]`.
fn zone(rest: &mut &str) -> Result<Zone, String> {
    name(rest)?;
    // POSIX counts westwards.
    let standard = -time(rest, 24)?;
    if rest.is_empty() {
        return Zone::new(standard, None).map_err(|error| error.to_string());
    }
    name(rest)?;
    let offset = if rest.starts_with(',') { standard + 3600 } else { -time(rest, 24)? };
    let (start, end) = (switch(rest)?, switch(rest)?);
    Zone::new(standard, Some(Daylight { offset, start, end })).map_err(|error| error.to_string())
}

fn name(rest: &mut &str) -> Result<(), String> {
    let (name, behind) = match rest.strip_prefix('<') {
        Some(quoted) => quoted.split_once('>').ok_or("a name without its '>'")?,
        None => rest.split_at(rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(rest.len())),
    };
    if name.len() < 3 {
        return Err(no_such("a name of at least three letters", rest));
    }
    *rest = behind;
    Ok(())
}

fn switch(rest: &mut &str) -> Result<Switch, String> {
    *rest = rest.strip_prefix(",M").ok_or_else(|| no_such("a rule such as ,M3.5.0", rest))?;
    let month = number(rest)?;
    let mut next = || {
        *rest = rest.strip_prefix('.').ok_or_else(|| no_such("'.'", rest))?;
        number(rest)
    };
    let (week, day) = (next()?, next()?);
    let at = match rest.strip_prefix('/') {
        Some(behind) => {
            *rest = behind;
            time(rest, 167)?
        }
        // POSIX: two o'clock if it isn't said.
        None => 7200,
    };
    let small = |number: i32| u8::try_from(number).unwrap_or(u8::MAX);
    Switch::new(small(month), small(week), small(day), at).map_err(|error| error.to_string())
}

/// `[+-]hh[:mm[:ss]]`, in seconds.
fn time(rest: &mut &str, most: i32) -> Result<i32, String> {
    let sign = if rest.starts_with('-') { -1 } else { 1 };
    *rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    let hours = number(rest)?;
    if hours > most {
        return Err(format!("{hours} hours are too many"));
    }
    let mut seconds = hours * 3600;
    for unit in [60, 1] {
        let Some(behind) = rest.strip_prefix(':') else { break };
        *rest = behind;
        let part = number(rest)?;
        if part > 59 {
            return Err(format!("{part} is too much after ':'"));
        }
        seconds += part * unit;
    }
    Ok(sign * seconds)
}

fn number(rest: &mut &str) -> Result<i32, String> {
    let (digits, behind) =
        rest.split_at(rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len()));
    let number =
        digits.parse().ok().filter(|_| digits.len() <= 3).ok_or_else(|| no_such("a number", rest))?;
    *rest = behind;
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_those_of_posix() {
        let switch = |month, week, time| Switch::new(month, week, 0, time).unwrap();
        let daylight = |offset, start, end| Some(Daylight { offset, start, end });
        for (text, standard, daylight) in [
            ("UTC0", 0, None),
            ("<+0530>-5:30", 19_800, None),
            ("NST3:30", -12_600, None),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 3600, daylight(7200, switch(3, 5, 7200), switch(10, 5, 10_800))),
            ("EST5EDT,M3.2.0,M11.1.0", -18_000, daylight(-14_400, switch(3, 2, 7200), switch(11, 1, 7200))),
            // Ireland, where winter time is the exception.
            ("IST-1GMT0,M10.5.0,M3.5.0/1", 3600, daylight(0, switch(10, 5, 7200), switch(3, 5, 3600))),
        ] {
            let wanted = ZoneText(Zone::new(standard, daylight).unwrap());
            assert_eq!(ZoneText::from_text(text), Ok(wanted), "{text}");
        }
        for (text, wanted) in [
            ("", "a name of at least three letters expected at its end"),
            ("CE-1", "a name of at least three letters expected at 'CE-1'"),
            ("CET", "a number expected at its end"),
            ("CET-25", "25 hours are too many"),
            ("CET-1:60", "60 is too much after ':'"),
            ("CET-1CEST", "a number expected at its end"),
            ("CET-1CEST,J60,J300", "a rule such as ,M3.5.0 expected at ',J60,J300'"),
            ("CET-1CEST,M3.5.0", "a rule such as ,M3.5.0 expected at its end"),
            ("CET-1CEST,M13.5.0,M10.5.0", "month is not 1 to 12"),
            ("CET-1CEST,M3.5.0,M10.5.0/3x", "'x' is too much"),
            (
                "CET-1CEST-1,M3.5.0,M10.5.0",
                "daylight saving time differs from standard time by nothing or by more than 3 hours",
            ),
            ("<CET-1", "a name without its '>'"),
        ] {
            let fault = ZoneText::from_text(text).unwrap_err();
            assert_eq!(fault.message, format!("'{text}' is not a time zone: {wanted}"));
        }
    }
}
