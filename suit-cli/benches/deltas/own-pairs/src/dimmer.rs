//! How bright the lamp should be. What the features `constant` and `function` change is all here.

/// The hour at which evening begins.
const DUSK: u8 = if cfg!(feature = "constant") { 20 } else { 19 };
/// The hour at which night begins.
const NIGHT: u8 = 23;
/// The hour at which it ends.
const DAWN: u8 = 6;

/// The lamp. It changes softly.
#[derive(Debug, Default)]
pub(crate) struct Lamp {
    percent: u8,
}

impl Lamp {
    /// Goes half of the way to what is wanted.
    pub(crate) fn set(&mut self, wanted: u8) {
        let up = wanted.saturating_sub(self.percent).div_ceil(2);
        let down = self.percent.saturating_sub(wanted).div_ceil(2);
        self.percent = self.percent.saturating_add(up).saturating_sub(down);
    }

    /// Percent.
    pub(crate) fn brightness(&self) -> u8 {
        self.percent
    }
}

/// Percent of brightness that is wanted at this hour (0 to 23) with so much movement (0 to 255).
#[cfg(not(feature = "function"))]
#[inline(never)]
pub(crate) fn wanted(hour: u8, movement: u8) -> u8 {
    match hour {
        DAWN..DUSK => 0,
        DUSK..NIGHT => 60,
        _ if movement > 16 => 20,
        _ => 0,
    }
}

/// The same by the new rule: in the evening it follows who moves, and at night it never blinds.
#[cfg(feature = "function")]
#[inline(never)]
pub(crate) fn wanted(hour: u8, movement: u8) -> u8 {
    let evening = (DUSK..NIGHT).contains(&hour);
    let night = !(DAWN..NIGHT).contains(&hour);
    let moves = movement.saturating_sub(16).leading_zeros().abs_diff(8).min(8);
    let percent = match (evening, night) {
        (true, _) => 30 + moves * 5,
        (_, true) => moves * 2,
        _ => 0,
    };
    u8::try_from(percent).unwrap_or(0).min(if night { 10 } else { 70 })
}
