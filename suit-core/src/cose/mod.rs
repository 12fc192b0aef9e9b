//! COSE messages as SUIT uses them (RFC 9052): authentication blocks, encryption info and protected reports, borrowed.

mod block;
mod encrypt;
mod header;
mod report;
mod to_be_signed;

pub use block::{Block, Kinds, Mac, Sign, Signer, WalkedBlock};
pub use encrypt::{Encrypt, Recipient, Recipients};
pub use header::{AlgorithmId, Header};
pub use report::{ProtectedReport, Protection};
pub use to_be_signed::ToBeSigned;
