//! Trust domains: where dependencies and their components are.

use suit_core::ErrorKind;
use suit_core::command::Act;
use suit_core::labels::ManifestKey;
use suit_core::owned::{Command, Manifest, Selection};
use suit_verify_nostd::process::ProcessError;

use crate::build::*;
use crate::dependencies::*;
use crate::device::Device;

/// An index beyond the components: then the prefix is where the dependency is stored.
fn beyond(dependency: &Manifest) -> Manifest {
    let mut root = root(dependency);
    root.components.pop();
    root.dependencies.insert(1, Some(id("dep")));
    root
}

#[test]
fn a_02_an_index_beyond_the_components_names_its_place_by_the_prefix() {
    let leaf = leaf();
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&beyond(&leaf))), Ok(()));
    assert_eq!(device.content("dep"), Some(&seal(&leaf)[..]));
    assert_eq!(device.content("d"), Some(&b"leaf"[..]), "its components have no prefix then");
}

#[test]
fn a_02_p_009_an_index_beyond_the_components_without_a_place_is_refused_before_anything_runs() {
    let leaf = leaf();
    let mut root = beyond(&leaf);
    root.dependencies.insert(1, None);
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&root)), Err(ProcessError::ComponentUnknown));
    assert!(device.log.is_empty() && device.watched.is_empty());
    // Behind it another one is in order.
    root.dependencies.insert(2, Some(id("dep2")));
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&root)), Err(ProcessError::ComponentUnknown));
    assert!(device.watched.is_empty());
}

#[test]
fn a_37_true_means_components_in_order_and_then_the_other_dependencies() {
    let mut root = manifest(&["b", "a"]);
    root.dependencies.extend([(9, Some(id("dep"))), (4, Some(id("dep2")))]);
    let all = Command::SetComponentIndex(Selection::All);
    let root =
        with(root, ManifestKey::DependencyResolution, vec![all, put(vec![content(b"x")]), act(Act::Write)]);
    let mut device = device();
    lenient(&mut device);
    assert_eq!(device.update(&seal(&root)), Ok(()));
    // b is 1, a 0, dep2 (index 4) 5, dep (index 9) 4.
    assert_eq!(device.worked_on(WRITE), [1, 0, 5, 4]);
}

#[test]
fn p_163_a_prefix_is_put_before_the_components_of_the_dependency() {
    let leaf = leaf();
    let mut root = root(&leaf);
    root.dependencies.insert(1, Some(id("left/wing")));
    let mut device =
        Device::new(&["a", "dep", "d", "left/wing/d"]).with_dependencies().serving(URI, &seal(&leaf));
    assert_eq!(device.update(&seal(&root)), Ok(()));
    assert_eq!(device.content("left/wing/d"), Some(&b"leaf"[..]));
    assert_eq!(device.content("d"), None);
    // Where the device has no such component, nothing of the dependency runs.
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&root)), Err(ProcessError::ComponentUnknown));
    assert_eq!(device.content("d"), None);
}

#[test]
fn p_009_a_component_of_a_dependency_that_the_device_lacks() {
    let leaf = with(manifest(&["elsewhere"]), ManifestKey::Install, mark("x"));
    assert_eq!(serving(&leaf).update(&seal(&root(&leaf))), Err(ProcessError::ComponentUnknown));
}

#[test]
fn p_009_a_dependency_is_held_to_the_same_structure() {
    // condition 9 in a section of another procedure.
    let unknown = [0x82, 0x09, 0x0f];
    let leaf = manifest(&["d"]);
    let dependency = seal_raw(&leaf, ManifestKey::Uninstall, &unknown);
    let mut root = dependent(&leaf);
    // The digest of what seal_raw made.
    let manifest = suit_core::Envelope::parse(&dependency, suit_core::Tagging::Required).unwrap().manifest();
    root.shared = Some(vec![index(1), put(vec![sha256(manifest.item()), uri(URI)])]);
    let root = with(
        root,
        ManifestKey::DependencyResolution,
        vec![index(1), act(Act::Fetch), integrity(), process()],
    );
    let mut device = device().serving(URI, &dependency);
    assert_eq!(device.update(&seal(&root)), Err(ProcessError::Malformed(ErrorKind::UnknownCommand)));
}
