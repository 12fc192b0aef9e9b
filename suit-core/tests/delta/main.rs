//! Deltas from end to end: what is made is applied by the decoder, in chunks of any size, in exactly the memory that the header
//! asks for; and what was damaged or forged never makes it read or write outside the images.

#![allow(clippy::unwrap_used, clippy::as_conversions, reason = "tests")]

mod forged;
mod headers;
mod images;
mod in_place;
mod round_trip;
