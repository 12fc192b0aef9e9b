//! TOML and JSON texts as one tree with places, and serde over it.
