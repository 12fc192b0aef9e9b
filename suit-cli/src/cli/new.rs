//! `suit new`.

use crate::output::Target;
use clap::{Args, ValueEnum};

/// Print a commented description, or device file, to start from
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  suit new --recipe module --vendor example.com --class door-lock-r3 -o tls.toml\n  \
                  suit new --device --vendor example.com --class door-lock-r3 -o door-lock.toml"
)]
pub(crate) struct NewArgs {
    /// What kind of update it describes
    #[arg(long, value_enum, default_value_t = Recipe::FullAb)]
    pub(crate) recipe: Recipe,
    /// A virtual device for suit simulate instead of a description
    #[arg(long, conflicts_with = "recipe")]
    pub(crate) device: bool,
    /// Vendor: a domain name, uuid:… or pen:…
    #[arg(long, value_name = "NAME", default_value = "example.com")]
    pub(crate) vendor: String,
    /// Device class: a name within the vendor's, or uuid:…
    #[arg(long, value_name = "NAME", default_value = "my-device")]
    pub(crate) class: String,
    /// File to write; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(crate) output: Target,
}

/// The kinds of update that have a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Recipe {
    /// The whole firmware, into the slot that isn't running
    FullAb,
    /// One module of a platform, other parts stay
    Module,
    /// An application on a platform, often by another signer
    App,
    /// An image in place, checked and started at every boot
    Boot,
    /// Data that isn't run: certificates, settings, models
    Data,
}
