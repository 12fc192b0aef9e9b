//! The platform in memory, call by call.

use suit_core::cbor::Reader;
use suit_core::component::ComponentId;
use suit_core::digest::Digest;
use suit_core::labels::{Algorithm, FileType};
use suit_verify_nostd::platform::{
    ComponentPath, Handle, Identifier, IdentifierKind, Incoming, Platform, PlatformFault,
};
use suit_verify_nostd::platforms::ram::{Effect, Fault, Operation, RamComponent, RamFloor, RamPlatform};
use suit_verify_nostd::platforms::{Identity, OUT_OF_ORDER};

const APP: Handle = Handle(0);
const SPARE: Handle = Handle(1);

fn sized(size: u32) -> Incoming<'static> {
    let digest = Digest::new(Algorithm::Sha256, &[7; 32]).ok();
    Incoming { size: Some(size), digest, file_type: FileType::Regular, metadata: None }
}

/// Runs `test` on a device of two components, and returns what was done to it.
fn with_device(test: impl FnOnce(&mut RamPlatform<'_, '_>)) -> Vec<String> {
    let (mut storage, mut spare) = ([0; 8], [0; 4]);
    let uuid = [Identifier::Uuid([1; 16])];
    let identity = Identity { vendor: &uuid, class: &[], device: &[] };
    let mut components = [
        RamComponent::new(&[b"os", b"app"], &mut storage).holding(b"old").of(identity),
        RamComponent::new(&[b"spare"], &mut spare).in_slot(1),
    ];
    let mut floors = [RamFloor::new(None), RamFloor { manifest: Some(&[b"m"]), sequence: 5 }];
    let mut log = Vec::new();
    let mut watch = |effect: &Effect<'_>| log.push(format!("{effect:?}"));
    let mut device = RamPlatform::new(&mut components, &mut floors);
    device.watch(&mut watch);
    test(&mut device);
    log
}

#[test]
fn components_are_found_by_all_parts() {
    with_device(|device| {
        // [h'6f73', h'617070'], [h'6f73'], [h'7370617265']
        for (encoded, found) in
            [(&b"\x82\x42os\x43app"[..], Some(APP)), (b"\x81\x42os", None), (b"\x81\x45spare", Some(SPARE))]
        {
            let id = ComponentId::read(&mut Reader::new(encoded)).unwrap();
            assert_eq!(device.component(&ComponentPath::new(id)), found);
        }
        assert_eq!(device.identifiers(IdentifierKind::Vendor, APP), [Identifier::Uuid([1; 16])]);
        assert_eq!(device.identifiers(IdentifierKind::Class, APP), []);
        assert_eq!(device.identifiers(IdentifierKind::Vendor, Handle(2)), []);
        assert_eq!((device.slot(APP), device.slot(SPARE)), (None, Some(1)));
    });
}

#[test]
fn a_place_without_floor_is_refused() {
    let log = with_device(|device| {
        let place = |encoded| Some(ComponentPath::new(ComponentId::read(&mut Reader::new(encoded)).unwrap()));
        assert_eq!(device.floor(None), Ok(0));
        assert_eq!(device.floor(place(b"\x81\x41m")), Ok(5));
        assert_eq!(device.floor(place(b"\x81\x41n")), Err(PlatformFault::FORBIDDEN));
        assert_eq!(device.set_floor(place(b"\x81\x41n"), 9), Err(PlatformFault::FORBIDDEN));
        assert_eq!(device.set_floor(place(b"\x81\x41m"), 6), Ok(()));
        assert_eq!(device.floor(place(b"\x81\x41m")), Ok(6));
    });
    assert_eq!(log, ["SetFloor { floor: 1, sequence: 6 }"]);
}

#[test]
fn from_begin_to_commit_there_is_no_length() {
    let log = with_device(|device| {
        assert_eq!(device.write(APP, 0, b"x"), Err(OUT_OF_ORDER), "not begun");
        assert_eq!(device.begin(APP, &sized(2)), Ok(0));
        assert_eq!(device.length(APP), None);
        assert_eq!(device.write(APP, 1, b"x"), Err(OUT_OF_ORDER), "a gap");
        assert_eq!(device.write(APP, 0, b"123456789"), Err(PlatformFault::NO_ROOM));
        assert_eq!(device.write(APP, 0, b"n"), Ok(()));
        assert_eq!(device.commit(APP, 2), Err(OUT_OF_ORDER), "a byte is missing");
        assert_eq!(device.write(APP, 1, b"w"), Ok(()));
        assert_eq!(device.commit(APP, 2), Ok(()));
        assert_eq!(device.length(APP), Some(2));
        assert_eq!(device.commit(APP, 2), Err(OUT_OF_ORDER), "committed already");
        assert_eq!(device.read(APP, 7, &mut [0; 2]), Err(PlatformFault::FORBIDDEN), "behind the storage");
        assert_eq!(device.invoke(APP, Some(b"a")), Ok(()));
    });
    assert_eq!(
        log,
        [
            "Begin { component: Handle(0), from: 0 }",
            "Write { component: Handle(0), offset: 0, data: [110] }",
            "Write { component: Handle(0), offset: 1, data: [119] }",
            "Commit { component: Handle(0), content: [110, 119] }",
            "Invoke { component: Handle(0), content: Some([110, 119]), arguments: Some([97]) }",
        ]
    );
}

#[test]
fn only_the_same_thing_goes_on() {
    with_device(|device| {
        device.begin(APP, &sized(4)).unwrap();
        device.write(APP, 0, b"12").unwrap();
        assert_eq!(device.begin(APP, &sized(4)), Ok(2));
        let other = Digest::new(Algorithm::Sha256, &[8; 32]).ok();
        assert_eq!(device.begin(APP, &Incoming { digest: other, ..sized(4) }), Ok(0));
        device.begin(APP, &sized(4)).unwrap();
        device.write(APP, 0, b"12").unwrap();
        assert_eq!(device.begin(APP, &sized(5)), Ok(0));
        device.begin(APP, &Incoming { digest: None, ..sized(4) }).unwrap();
        device.write(APP, 0, b"12").unwrap();
        assert_eq!(device.begin(APP, &Incoming { digest: None, ..sized(4) }), Ok(0), "who knows what it is");
        device.claims = Some(3);
        assert_eq!(device.begin(APP, &sized(5)), Ok(3));
        assert_eq!(device.write(APP, 3, b"45"), Ok(()), "what it claims it also believes");
    });
}

#[test]
fn swap_needs_room_on_both_sides() {
    let log = with_device(|device| {
        assert_eq!(device.swap(APP, SPARE), Ok(()));
        assert_eq!((device.length(APP), device.components()[1].content()), (None, Some(&b"old"[..])));
        device.begin(APP, &sized(8)).unwrap();
        device.write(APP, 0, b"too long").unwrap();
        device.commit(APP, 8).unwrap();
        assert_eq!(device.swap(SPARE, APP), Err(PlatformFault::NO_ROOM));
        assert_eq!(device.swap(APP, APP), Err(PlatformFault::FORBIDDEN));
    });
    assert_eq!(log[0], "Swap { one: Handle(0), other: Handle(1) }");
    assert_eq!(log.len(), 4);
}

#[test]
fn a_fault_comes_when_it_was_asked_for() {
    let log = with_device(|device| {
        device.inject(Fault::new(Operation::Begin, 2));
        assert_eq!(device.begin(APP, &sized(4)), Ok(0));
        assert_eq!(device.begin(SPARE, &sized(4)), Err(RamPlatform::INJECTED));
        assert_eq!(device.begin(SPARE, &sized(4)), Ok(0), "only once");
        device.inject(Fault { stored: 1, ..Fault::power_cut(2) });
        assert_eq!(device.floor(None), Ok(0));
        assert_eq!(device.write(APP, 0, b"1234"), Err(RamPlatform::INJECTED));
        assert_eq!(device.floor(None), Err(RamPlatform::INJECTED), "down");
        assert_eq!(device.write(APP, 1, b"234"), Err(RamPlatform::INJECTED), "down");
        device.restore();
        assert_eq!(device.begin(APP, &sized(4)), Ok(1), "torn after one byte");
        assert_eq!(device.operations(), 8);
    });
    assert_eq!(
        log,
        [
            "Begin { component: Handle(0), from: 0 }",
            "Begin { component: Handle(1), from: 0 }",
            "Write { component: Handle(0), offset: 0, data: [49] }",
            "Begin { component: Handle(0), from: 1 }",
        ]
    );
}
