//! The grammar of SUIT documents as data, and the one walk that holds a document against it.
//!
//! [`walk`] visits every value of a document in order and names each fault to a [`Visitor`], which stops there (the
//! device, and everything that decides) or goes on (tools that show broken files). It doesn't recurse and doesn't
//! allocate; its nesting is bound by [`DEPTH_MAX`].

mod context;
mod keys;
mod names;
mod pack;
mod shape;
mod supported;
mod tables;
mod visit;
mod walk;

pub use context::Context;
pub(crate) use context::{Checker, Members};
pub use names::{code_name, label_name};
pub use shape::{ArrayKind, ArrayShape, Field, MapKind, MapShape, Others, Role, Scalar, Scope, Shape, View};
pub use supported::Supported;
pub use tables::{
    ANY, AUTHENTICATION, BLOCK, COMMON, COMPONENTS_MAX, COSE_ENCRYPT_TAGGED, COSE_PROTECTED, DIGEST,
    ENVELOPE, ENVELOPE_TAGGED, LANGUAGES, MANIFEST, MANIFEST_TAGGED, METADATA, PARAMETERS, SECTION,
    SHARED_SEQUENCE, UNORDERED_MAX, VERSION_MATCH, WAIT_INFO, argument,
};
pub use visit::{DEPTH_MAX, Item, Key, OPEN_MAX, Value, Visitor};
pub use walk::walk;
pub(crate) use walk::{Frame, run};
