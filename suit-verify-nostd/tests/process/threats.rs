//! The threats of RFC 9124 §4.2, each as an attack on a device that holds an old image and would take a new one. It is
//! refused with its error, and a report gives its reason. docs/threats.md lists all eighteen, also those for which
//! something is lacking.
#![cfg(all(feature = "report", feature = "trust-domains", feature = "update-management"))]

use suit_core::command::Act;
use suit_core::labels::{Algorithm, Condition, FileType, ManifestKey, ReportReason, VersionComparison};
use suit_core::owned::{Command, Manifest, Metadata, Parameter, VersionMatch};
use suit_core::{ErrorKind, labels::EnvelopeKey};
use suit_verify_nostd::platform::Identifier;
use suit_verify_nostd::process::ProcessError;
use suit_verify_nostd::report::reason_of_authentication;
use suit_verify_nostd::{AuthenticationError, Budget};

use crate::build::*;
use crate::common::{ALL, Block, Key, authenticate_with, bstr, digest, envelope};
use crate::device::Device;

const OLD: &[u8] = b"old image";
const NEW: &[u8] = b"new image, which is longer";
const EVIL: &[u8] = b"evil image, of same length";
const URI: &str = "coap://vendor/new";

/// What the owner of the device wants: checked for compatibility, fetched, checked, started.
fn genuine() -> Manifest {
    let common = vec![
        put(vec![vendor(VENDOR), Parameter::ClassIdentifier(CLASS), sha256(NEW), size(NEW)]),
        check(Condition::VendorIdentifier),
        check(Condition::ClassIdentifier),
    ];
    let install = vec![put(vec![uri(URI)]), act(Act::Fetch), check(Condition::ImageMatch)];
    let manifest = shared(manifest(&["a"]), common);
    let manifest = with(manifest, ManifestKey::Install, install);
    let manifest = with(manifest, ManifestKey::Validate, vec![check(Condition::ImageMatch)]);
    with(manifest, ManifestKey::Invoke, vec![act(Act::Invoke)])
}

fn device() -> Device {
    Device::new(&["a", "b"]).holding("a", OLD).serving(URI, NEW)
}

/// Without the attack everything goes well.
#[test]
fn without_an_attack_the_device_takes_the_update() {
    let envelope = seal(&genuine());
    let mut device = device();
    assert_eq!(device.update(&envelope), Ok(()));
    assert_eq!(device.invocation(&envelope), Ok(()));
    assert_eq!(device.content("a"), Some(NEW));
}

/// The attack was refused with this error, for this reason; nothing was stored or started, and no floor was raised.
fn refused(device: &mut Device, envelope: &[u8], error: ProcessError, reason: ReportReason) {
    let floors = device.floors.clone();
    device.log.clear();
    assert_eq!(device.update(envelope), Err(error));
    assert_eq!(error.reason(), reason);
    assert_eq!(device.floors, floors);
    assert!(
        device.log.iter().all(|line| line.starts_with("get") || line.starts_with("begin")),
        "{:?}",
        device.log
    );
    assert!(device.invocation(envelope).is_err());
    assert!(!device.log.iter().any(|line| line.starts_with("invoke")));
}

/// The same before anything was read of the manifest.
fn not_authentic(envelope: &[u8], error: AuthenticationError, reason: ReportReason) {
    let mut device = device();
    assert_eq!(device.authenticate(envelope), Err(error));
    assert_eq!(reason_of_authentication(error), reason);
    assert!(device.update(envelope).is_err());
    assert!(device.log.is_empty() && device.watched.is_empty());
    assert_eq!(device.content("a"), Some(OLD));
}

const MISMATCH: ProcessError = ProcessError::ConditionFailed(Condition::ImageMatch);

/// A manifest that was valid once, with an image that has a hole.
#[test]
fn threat_img_expired_an_old_manifest_is_refused() {
    let mut device = device();
    assert_eq!(device.update(&seal(&genuine())), Ok(()));
    let mut old = genuine();
    old.sequence_number = 6;
    refused(&mut device, &seal(&old), ProcessError::Rollback, ReportReason::Unauthorised);
    assert_eq!(device.content("a"), Some(NEW));
    // Also where it isn't installed but only started.
    assert_eq!(device.invocation(&seal(&old)), Err(ProcessError::Rollback));
}

/// The device was off for long: the old manifest is newer than what it has, but not fresh any more.
#[test]
fn threat_img_expired_offline_a_manifest_past_its_time_is_refused() {
    let mut expiring = genuine();
    expiring
        .shared
        .as_mut()
        .unwrap()
        .extend([put(vec![Parameter::UseBefore(1_000)]), check(Condition::UseBefore)]);
    let envelope = seal(&expiring);
    let expired = ProcessError::ConditionFailed(Condition::UseBefore);
    // Past it; and without a clock that can be trusted nobody knows.
    for now in [Some(1_000), Some(2_000), None] {
        let mut device = device();
        device.now = now;
        refused(&mut device, &envelope, expired, ReportReason::ConditionFailed);
        assert_eq!(device.content("a"), Some(OLD));
        assert!(device.log.is_empty(), "no byte was asked for");
    }
    let mut device = device();
    device.now = Some(999);
    assert_eq!(device.update(&envelope), Ok(()));
}

#[test]
fn threat_img_incompatible_firmware_for_another_product_is_refused() {
    for condition in [Condition::VendorIdentifier, Condition::ClassIdentifier] {
        let mut device = device();
        let other = vec![Identifier::Uuid([9; 16])];
        match condition {
            Condition::VendorIdentifier => device.vendors = other,
            _ => device.classes = other,
        }
        let failed = ProcessError::ConditionFailed(condition);
        refused(&mut device, &seal(&genuine()), failed, ReportReason::ConditionFailed);
        assert_eq!(device.content("a"), Some(OLD));
        assert!(device.log.is_empty(), "no byte was asked for");
    }
}

/// What kind of payload it is, is signed; what the device can't handle, it doesn't take for something else.
#[test]
fn threat_img_format_a_payload_is_not_taken_for_another_kind() {
    // Encrypted, for a device that can't decrypt: it isn't stored as if it were the image.
    let mut encrypted = genuine();
    encrypted.shared.as_mut().unwrap().push(put(vec![crate::directives::encryption_info()]));
    let unsupported = ProcessError::EncryptionUnsupported;
    refused(&mut device(), &seal(&encrypted), unsupported, ReportReason::AlgorithmUnsupported);
    // A kind of file that no document defines: 9 instead of 2, a directory.
    let directory = Parameter::ComponentMetadata(Metadata {
        file_type: Some(FileType::Directory),
        ..Metadata::default()
    });
    let section = Command::encode_sequence(&[put(vec![directory, content(b"")]), act(Act::Write)]);
    let at = section.windows(4).position(|bytes| bytes == [0x43, 0xa1, 0x05, 0x02]).unwrap();
    let mut unknown = section.clone();
    unknown[at + 3] = 9;
    let envelope = seal_raw(&manifest(&["a"]), ManifestKey::Install, &unknown);
    let malformed = ProcessError::Malformed(ErrorKind::UnknownFileType);
    refused(&mut device(), &envelope, malformed, ReportReason::ParameterUnsupported);
    // It can't be changed behind the author's back.
    let mut changed = seal_raw(&manifest(&["a"]), ManifestKey::Install, &section);
    let at = changed.windows(4).position(|bytes| bytes == [0x43, 0xa1, 0x05, 0x02]).unwrap();
    changed[at + 3] = 1;
    not_authentic(&changed, AuthenticationError::DigestMismatch, ReportReason::Unauthorised);
}

/// A payload that is put where it doesn't belong.
#[test]
fn threat_img_location_an_image_goes_nowhere_else() {
    // ['a'], changed to ['b'], which the device has as well.
    let mut moved = seal(&genuine());
    let at = moved.windows(4).position(|bytes| bytes == [0x81, 0x81, 0x41, b'a']).unwrap();
    moved[at + 3] = b'b';
    not_authentic(&moved, AuthenticationError::DigestMismatch, ReportReason::Unauthorised);
    // A place that the device hasn't got.
    let mut elsewhere = genuine();
    elsewhere.components = vec![id("elsewhere")];
    let unknown = ProcessError::ComponentUnknown;
    refused(&mut device(), &seal(&elsewhere), unknown, ReportReason::ComponentUnsupported);
    // An index that the manifest hasn't got.
    let beyond =
        with(genuine(), ManifestKey::Install, vec![index(1), put(vec![content(EVIL)]), act(Act::Write)]);
    let malformed = ProcessError::Malformed(ErrorKind::ComponentIndex);
    refused(&mut device(), &seal(&beyond), malformed, ReportReason::ComponentUnsupported);
    // More than there is room for.
    let mut device = device();
    device.component("a").capacity = 25;
    refused(&mut device, &seal(&genuine()), ProcessError::TooLarge, ReportReason::OperationFailed);
    assert_eq!(device.content("a"), Some(OLD));
}

/// The device is sent to another server.
#[test]
fn threat_net_redirect_only_signed_places_are_asked() {
    // In the manifest: coap://vendor/new becomes coap://vendos/new.
    let mut redirected = seal(&genuine());
    let at = redirected.windows(URI.len()).position(|bytes| bytes == URI.as_bytes()).unwrap();
    redirected[at + 12] += 1;
    not_authentic(&redirected, AuthenticationError::DigestMismatch, ReportReason::Unauthorised);
    // In a severed section, which isn't signed itself.
    let mut severed = genuine();
    let evil = vec![put(vec![uri("coap://evil/new")]), act(Act::Fetch), check(Condition::ImageMatch)];
    let evil = Command::encode_sequence(&evil);
    let envelope = seal_severed(&mut severed, &[ManifestKey::Install], |_, _| Some(evil.clone()));
    let mut device = device();
    let mismatch = ProcessError::SeveredMismatch(EnvelopeKey::Install);
    device.payloads.insert("coap://evil/new".to_owned(), EVIL.to_vec());
    assert_eq!(device.update(&envelope), Err(mismatch));
    assert_eq!(mismatch.reason(), ReportReason::Unauthorised);
    assert!(device.log.is_empty());
    // Names or routes are forged: the right place answers with something else, or without end.
    let mut device = self::device().serving(URI, EVIL);
    assert_eq!(EVIL.len(), NEW.len());
    assert_eq!(device.update(&seal(&genuine())), Err(MISMATCH));
    let mut device = self::device().serving(URI, &[0; 100_000]);
    device.piece = 64;
    refused(&mut device, &seal(&genuine()), ProcessError::TooLarge, ReportReason::OperationFailed);
    assert!(device.component("a").kept.len() <= NEW.len());
}

/// Someone on the path changes what comes by: any byte of the payload, any byte of the envelope.
#[test]
fn threat_net_onpath_no_byte_can_be_changed_on_the_way() {
    let envelope = seal(&genuine());
    for position in 0..NEW.len() {
        let mut changed = NEW.to_vec();
        changed[position] ^= 0x10;
        let mut device = device().serving(URI, &changed);
        assert_eq!(device.update(&envelope), Err(MISMATCH), "{position}");
        assert_eq!(MISMATCH.reason(), ReportReason::ConditionFailed);
        assert_eq!(device.invocation(&envelope), Err(MISMATCH));
    }
    for position in 0..envelope.len() {
        let mut changed = envelope.clone();
        changed[position] ^= 0x10;
        let mut device = device();
        assert!(device.authenticate(&changed).is_err(), "{position}");
        assert!(device.update(&changed).is_err());
        assert!(device.log.is_empty());
    }
}

/// The image is replaced after it was checked: in the storage of a device that is off, or while it is running.
#[test]
fn threat_img_replace_what_was_exchanged_in_storage_is_not_started() {
    let envelope = seal(&genuine());
    let mut device = device();
    assert_eq!(device.update(&envelope), Ok(()));
    device.component("a").content = Some(EVIL.to_vec());
    assert_eq!(device.invocation(&envelope), Err(MISMATCH));
    assert_eq!(MISMATCH.reason(), ReportReason::ConditionFailed);
    // By a manifest that checks it and then puts something else in its place.
    let commands = vec![
        check(Condition::ImageMatch),
        put(vec![sha256(EVIL), uri("#evil")]),
        act(Act::Fetch),
        act(Act::Invoke),
    ];
    let envelope = seal_with(&with(genuine(), ManifestKey::Invoke, commands), &[("#evil", EVIL)]);
    device.component("a").content = Some(NEW.to_vec());
    device.log.clear();
    assert_eq!(device.invocation(&envelope), Err(ProcessError::InvokeUnverified));
    assert_eq!(ProcessError::InvokeUnverified.reason(), ReportReason::OperationFailed);
    assert!(!device.log.contains(&"invoke a".to_owned()));
}

/// An image that nobody vouches for.
#[test]
fn threat_img_non_auth_without_a_trusted_signature_nothing_is_read() {
    let encoded = genuine().encode();
    let hashed = digest(-16, &bstr(&encoded));
    let unauthorised = ReportReason::Unauthorised;
    not_authentic(
        &envelope(&hashed, &[], &encoded, &[]),
        AuthenticationError::NoAuthentication,
        unauthorised,
    );
    let foreign = seal_by(&Key::k2(), &encoded, &[]);
    not_authentic(&foreign, AuthenticationError::NoTrustedSignature, unauthorised);
    // A genuine signature, of another manifest.
    let mut other = genuine();
    other.sequence_number = 8;
    let signature = Block::sign1(&Key::k1()).encode(&hashed);
    let borrowed = envelope(&hashed, core::slice::from_ref(&signature), &other.encode(), &[]);
    not_authentic(&borrowed, AuthenticationError::DigestMismatch, unauthorised);
    let rehashed = envelope(&digest(-16, &bstr(&other.encode())), &[signature], &other.encode(), &[]);
    not_authentic(&rehashed, AuthenticationError::NoTrustedSignature, unauthorised);
}

/// An update that expects another image to be there.
#[test]
fn threat_upd_wrong_precursor_nothing_is_applied_to_another_image() {
    let on = |before: Vec<Command>| {
        let install = seq([
            before,
            vec![put(vec![sha256(NEW), uri(URI)]), act(Act::Fetch), check(Condition::ImageMatch)],
        ]);
        let mut manifest = with(genuine(), ManifestKey::Install, install);
        // The size is that of the new one.
        manifest.shared = Some(vec![put(vec![vendor(VENDOR)]), check(Condition::VendorIdentifier)]);
        seal(&manifest)
    };
    let by_digest = on(vec![put(vec![sha256(OLD)]), check(Condition::ImageMatch)]);
    assert_eq!(device().update(&by_digest), Ok(()));
    let mut other = device().holding("a", b"something else");
    refused(&mut other, &by_digest, MISMATCH, ReportReason::ConditionFailed);
    assert_eq!(other.content("a"), Some(&b"something else"[..]));
    let older = VersionMatch { comparison: VersionComparison::GreaterEqual, version: vec![1, 4] };
    let by_version = on(vec![put(vec![Parameter::Version(older)]), check(Condition::Version)]);
    let mut other = device();
    other.component("a").version = vec![1, 3];
    let failed = ProcessError::ConditionFailed(Condition::Version);
    refused(&mut other, &by_version, failed, ReportReason::ConditionFailed);
    assert_eq!(other.content("a"), Some(OLD));
}

/// An update that somebody has signed who may not decide it alone, or that is not permitted now.
#[test]
fn threat_upd_unapproved_without_approval_nothing_happens() {
    // Two must sign, and one has.
    let (vendor, owner) = (Key::k1(), Key::k2());
    let anchors = [(Algorithm::Esp256, vendor.raw(), None), (Algorithm::Esp256, owner.raw(), None)];
    let encoded = genuine().encode();
    let hashed = digest(-16, &bstr(&encoded));
    let blocks = |keys: &[&Key]| keys.iter().map(|key| Block::sign1(key).encode(&hashed)).collect::<Vec<_>>();
    let approve = |keys: &[&Key]| {
        authenticate_with(&envelope(&hashed, &blocks(keys), &encoded, &[]), &anchors, &ALL, 2, Budget::new())
    };
    let too_few = AuthenticationError::TooFewSignatures { verified: 1, required: 2 };
    assert_eq!(approve(&[&vendor]), Err(too_few));
    assert_eq!(approve(&[&vendor, &vendor]), Err(too_few), "twice the same");
    assert_eq!(approve(&[&vendor, &owner]), Ok(2));
    assert_eq!(reason_of_authentication(too_few), ReportReason::Unauthorised);
    // The application, which the owner speaks to, doesn't permit it.
    let mut asking = genuine();
    asking
        .shared
        .as_mut()
        .unwrap()
        .extend([put(vec![Parameter::UpdatePriority(10)]), check(Condition::UpdateAuthorized)]);
    let failed = ProcessError::ConditionFailed(Condition::UpdateAuthorized);
    let mut device = device();
    device.permits = Some(9);
    refused(&mut device, &seal(&asking), failed, ReportReason::ConditionFailed);
    assert_eq!(device.content("a"), Some(OLD));
    device.permits = Some(10);
    assert_eq!(device.update(&seal(&asking)), Ok(()));
}

/// Parts that aren't signed, put over those that are.
#[test]
fn threat_mfst_override_what_is_unsigned_overrides_nothing() {
    // A section in the envelope, for one that stands in the manifest, and for one that it doesn't have.
    let evil = Command::encode_sequence(&[put(vec![content(EVIL)]), act(Act::Write), act(Act::Invoke)]);
    for key in [ManifestKey::Install, ManifestKey::PayloadFetch, ManifestKey::DependencyResolution] {
        let member = [vec![u8::try_from(key.code()).unwrap()], bstr(&evil)].concat();
        let mut device = device();
        assert_eq!(
            device.update(&seal_encoded(&genuine().encode(), &[member])),
            Ok(()),
            "{key:?} is left out"
        );
        assert_eq!(device.content("a"), Some(NEW));
    }
    // A dependency, for the one that the root means: signed by the same key even.
    let meant = with(manifest(&["b"]), ManifestKey::Install, mark("meant"));
    let other = with(manifest(&["b"]), ManifestKey::Install, mark("other"));
    let mut root = shared(manifest(&["a", "dep"]), vec![index(1), put(vec![digest_of(&meant), uri("#dep")])]);
    root.dependencies.insert(1, None);
    let run = vec![index(1), check(Condition::DependencyIntegrity), act(Act::ProcessDependency)];
    let root = with(root, ManifestKey::Install, seq([vec![index(1), act(Act::Fetch)], run]));
    let mut device = Device::new(&["a", "b", "dep"]).with_dependencies();
    assert_eq!(device.update(&seal_with(&root, &[("#dep", &seal(&meant))])), Ok(()));
    let mut device = Device::new(&["a", "b", "dep"]).with_dependencies();
    let mismatch = ProcessError::DependencyMismatch;
    assert_eq!(device.update(&seal_with(&root, &[("#dep", &seal(&other))])), Err(mismatch));
    assert_eq!(mismatch.reason(), ReportReason::ConditionFailed);
    assert_eq!(device.content("b"), None);
}

/// Code behind the image, in the room that is left.
#[test]
fn threat_img_extra_nothing_is_stored_behind_the_image() {
    let longer = [NEW, b"and a jump to here"].concat();
    let mut device = device().serving(URI, &longer);
    refused(&mut device, &seal(&genuine()), ProcessError::TooLarge, ReportReason::OperationFailed);
    assert!(NEW.starts_with(&device.component("a").kept), "no byte of it");
    // The same with an integrated payload.
    let install = vec![put(vec![uri("#i")]), act(Act::Fetch), check(Condition::ImageMatch)];
    let envelope = seal_with(&with(genuine(), ManifestKey::Install, install), &[("#i", &longer)]);
    refused(&mut self::device(), &envelope, ProcessError::TooLarge, ReportReason::OperationFailed);
    // Put there by other means, it is found at the next start: the digest covers all that the component holds.
    let envelope = seal(&genuine());
    let mut device = self::device();
    assert_eq!(device.update(&envelope), Ok(()));
    device.component("a").content = Some(longer);
    assert_eq!(device.invocation(&envelope), Err(MISMATCH));
    assert_eq!(MISMATCH.reason(), ReportReason::ConditionFailed);
}

/// The manifest is changed between its authentication and its use. In one piece of memory the borrow checker doesn't let
/// it: the processor holds the bytes. What is read again from storage is checked again.
#[test]
fn threat_mfst_toctou_what_is_read_again_is_checked_again() {
    let leaf = with(manifest(&["b"]), ManifestKey::Install, mark("meant"));
    let evil = with(manifest(&["b"]), ManifestKey::Install, mark("other"));
    let mut root =
        shared(manifest(&["a", "dep"]), vec![index(1), put(vec![digest_of(&leaf), uri("coap://x/dep")])]);
    root.dependencies.insert(1, None);
    // Verified, and then replaced before it runs.
    let commands = vec![
        index(1),
        act(Act::Fetch),
        check(Condition::DependencyIntegrity),
        put(vec![digest_of(&evil), uri("coap://x/evil")]),
        act(Act::Fetch),
        act(Act::ProcessDependency),
    ];
    let envelope = seal(&with(root, ManifestKey::Install, commands));
    let mut device = Device::new(&["a", "b", "dep"])
        .with_dependencies()
        .serving("coap://x/dep", &seal(&leaf))
        .serving("coap://x/evil", &seal(&evil));
    let unverified = ProcessError::DependencyUnverified;
    assert_eq!(device.update(&envelope), Err(unverified));
    assert_eq!(unverified.reason(), ReportReason::OperationFailed);
    assert_eq!(device.content("b"), None);
}
