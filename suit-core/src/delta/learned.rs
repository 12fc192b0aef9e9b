//! Targets that were predicted wrongly, and where they went instead: the next reference to the same place will be right.

use super::layout::Place;

/// How far a ring of such places is filled. The places themselves are lent with each call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Learned {
    pub(crate) used: usize,
    pub(crate) next: usize,
}

/// The place in a ring that is nearest below an address, or at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    number: usize,
    pub(crate) old: u32,
    pub(crate) new: u32,
}

impl Learned {
    /// What is known of the nearest place at or below `old`.
    pub(crate) fn nearest(self, places: &[Place], old: u32) -> Option<Known> {
        let mut best: Option<Known> = None;
        for (number, place) in places.iter().take(self.used).enumerate() {
            let [a, b, c, d, e, f, g, h] = *place;
            let at = u32::from_le_bytes([a, b, c, d]);
            if at <= old && best.is_none_or(|best| at > best.old) {
                best = Some(Known { number, old: at, new: u32::from_le_bytes([e, f, g, h]) });
            }
        }
        best
    }

    /// Remembers where `old` went; the oldest is forgotten if there is no room.
    pub(crate) fn learn(&mut self, places: &mut [Place], old: u32, new: u32) {
        let mut at = self.next;
        let known = self.nearest(places, old).filter(|known| known.old == old);
        if let Some(known) = known {
            at = known.number;
        } else {
            self.next = self.next.wrapping_add(1);
            if self.used < self.next {
                self.used = self.next;
            }
            if self.next >= places.len() {
                self.next = 0;
            }
        }
        if let Some(place) = places.get_mut(at) {
            let ([a, b, c, d], [e, f, g, h]) = (old.to_le_bytes(), new.to_le_bytes());
            *place = [a, b, c, d, e, f, g, h];
        }
    }
}
