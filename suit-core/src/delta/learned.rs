//! Targets that were predicted wrongly, and where they went instead: the next reference to the same place will be right.

/// Bytes of one place: an old and a new address.
pub(crate) const LEARNED_LEN: usize = 8;

/// A ring of pairs in lent memory.
#[derive(Debug)]
pub(crate) struct Learned<'m> {
    places: &'m mut [[u8; LEARNED_LEN]],
    used: usize,
    next: usize,
}

fn pair(place: &[u8; LEARNED_LEN]) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = *place;
    (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
}

impl<'m> Learned<'m> {
    pub(crate) fn new(memory: &'m mut [u8]) -> Self {
        Self { places: memory.as_chunks_mut().0, used: 0, next: 0 }
    }

    fn places(&self) -> impl Iterator<Item = (u32, u32)> {
        self.places.iter().take(self.used).map(pair)
    }

    /// Where exactly this target went.
    pub(crate) fn exact(&self, old: u32) -> Option<u32> {
        self.places().find(|(at, _)| *at == old).map(|(_, new)| new)
    }

    /// Where a target went if it moved as far as the nearest one at or below it; itself if there is none.
    pub(crate) fn nearest(&self, old: u32) -> u32 {
        let below = self.places().filter(|(at, _)| *at <= old).max_by_key(|(at, _)| *at);
        below.map_or(old, |(at, new)| old.wrapping_add(new.wrapping_sub(at)))
    }

    /// Remembers it; the oldest is forgotten if there is no room.
    pub(crate) fn learn(&mut self, old: u32, new: u32) {
        let known = self.places.iter().take(self.used).position(|place| pair(place).0 == old);
        let at = known.unwrap_or(self.next);
        if known.is_none() {
            self.used = self.used.saturating_add(1).min(self.places.len());
            self.next = self.next.saturating_add(1);
            if self.next >= self.places.len() {
                self.next = 0;
            }
        }
        if let Some(place) = self.places.get_mut(at) {
            let ([a, b, c, d], [e, f, g, h]) = (old.to_le_bytes(), new.to_le_bytes());
            *place = [a, b, c, d, e, f, g, h];
        }
    }
}
