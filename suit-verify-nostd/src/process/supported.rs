//! What this build of the processor implements. Everything else is refused with the manifest, before anything runs, also
//! where it would never be reached (P-009, P-010).

use suit_core::grammar::Supported;
use suit_core::labels::{Condition, Directive, ManifestKey, ParameterKey};

/// What this build implements. A device with custom commands or parameters says so beside it, in
/// [`Setup::supported`](super::Setup::supported):
///
/// ```
/// use suit_core::grammar::Supported;
/// use suit_verify_nostd::process::SUPPORTED;
///
/// static MINE: Supported = SUPPORTED.custom_commands(&[-300]);
/// ```
pub static SUPPORTED: Supported = {
    let supported = supported(cfg!(feature = "trust-domains"), cfg!(feature = "update-management"));
    if cfg!(feature = "delta") { with_delta(supported) } else { supported }
};

/// These and install-delta with its parameter: what the feature `delta` adds.
#[must_use]
pub const fn with_delta(supported: Supported) -> Supported {
    supported.directives(&[Directive::InstallDelta]).parameters(&[ParameterKey::DeltaBase])
}

/// What a processor implements with and without two of its features. For tools that say what another device would take:
/// [`Authenticated::manifest_for`](crate::Authenticated::manifest_for).
#[must_use]
pub const fn supported(trust_domains: bool, update_management: bool) -> Supported {
    let mut supported = BASE;
    if trust_domains {
        supported = supported
            .conditions(&[Condition::DependencyIntegrity, Condition::IsDependency])
            .directives(&[Directive::ProcessDependency, Directive::Unlink]);
    }
    if update_management {
        supported = supported
            .conditions(&[
                Condition::UseBefore,
                Condition::ImageNotMatch,
                Condition::MinimumBattery,
                Condition::UpdateAuthorized,
                Condition::Version,
            ])
            .directives(&[Directive::Wait, Directive::OverrideMultiple, Directive::CopyParams])
            .parameters(&[
                ParameterKey::UseBefore,
                ParameterKey::MinimumBattery,
                ParameterKey::UpdatePriority,
                ParameterKey::Version,
                ParameterKey::WaitInfo,
                ParameterKey::ComponentMetadata,
            ])
            .members(&[ManifestKey::SetVersion]);
    }
    supported
}

/// The base manifest, and what needs no more than it: sections and set-parameters of trust domains, and a software
/// identity tag, which is only carried (P-062). Decryption is asked for by encryption-info and refused when it comes to it.
const BASE: Supported = Supported::NOTHING
    .conditions(&[
        Condition::VendorIdentifier,
        Condition::ClassIdentifier,
        Condition::ImageMatch,
        Condition::ComponentSlot,
        Condition::CheckContent,
        Condition::Abort,
        Condition::DeviceIdentifier,
    ])
    .directives(&[
        Directive::SetComponentIndex,
        Directive::TryEach,
        Directive::Write,
        Directive::SetParameters,
        Directive::OverrideParameters,
        Directive::Fetch,
        Directive::Copy,
        Directive::Invoke,
        Directive::Swap,
        Directive::RunSequence,
    ])
    .parameters(&[
        ParameterKey::VendorIdentifier,
        ParameterKey::ClassIdentifier,
        ParameterKey::ImageDigest,
        ParameterKey::ComponentSlot,
        ParameterKey::StrictOrder,
        ParameterKey::SoftFailure,
        ParameterKey::ImageSize,
        ParameterKey::Content,
        ParameterKey::EncryptionInfo,
        ParameterKey::Uri,
        ParameterKey::SourceComponent,
        ParameterKey::InvokeArgs,
        ParameterKey::DeviceIdentifier,
        ParameterKey::FetchArguments,
    ])
    .members(&[
        ManifestKey::ReferenceUri,
        ManifestKey::ComponentId,
        ManifestKey::Validate,
        ManifestKey::Load,
        ManifestKey::Invoke,
        ManifestKey::CoSwid,
        ManifestKey::DependencyResolution,
        ManifestKey::PayloadFetch,
        ManifestKey::CandidateVerification,
        ManifestKey::Install,
        ManifestKey::Text,
        ManifestKey::Uninstall,
    ]);

#[cfg(all(test, feature = "trust-domains", feature = "update-management", feature = "delta"))]
mod tests {
    use super::*;

    #[test]
    fn with_everything_built_in_nothing_is_missing() {
        let codes =
            Condition::ALL.iter().map(|it| it.code()).chain(Directive::ALL.iter().map(|it| it.code()));
        let registered = |code: i64| usize::try_from(code);
        assert!(codes.clone().all(|code| match registered(code) {
            Ok(number) => SUPPORTED.command(number),
            Err(_) => SUPPORTED.custom_command(code),
        }));
        assert!(ParameterKey::ALL.iter().all(|key| match registered(key.code()) {
            Ok(number) => SUPPORTED.parameter(number),
            Err(_) => SUPPORTED.custom_parameter(key.code()),
        }));
        assert!(ManifestKey::ALL.iter().all(|key| SUPPORTED.member(registered(key.code()).unwrap())));
        // Of custom ones it has no others.
        assert!(!SUPPORTED.custom_command(-257) && !SUPPORTED.custom_parameter(-257));
    }
}
