//! Who signed, by what the envelope says. Nothing is verified here.

use crate::error::clean;
use crate::render::document::{Document, Id};
use crate::render::model::SignerView;
use suit_core::cbor::diag::Hex;
use suit_core::grammar::Value;
use suit_core::labels::{Algorithm, HeaderLabel, Tag};

/// The signers of the authentication block at `id`: one, or several of a COSE_Sign.
pub(crate) fn signers_of_block(document: &Document<'_>, id: Id) -> Vec<SignerView> {
    let tagged = unwrap(document, id);
    let Value::Tag(tag) = document.node(tagged).value else { return Vec::new() };
    let Some(structure @ (Tag::CoseSign1 | Tag::CoseSign | Tag::CoseMac0 | Tag::CoseMac)) =
        i64::try_from(tag).ok().and_then(Tag::from_code)
    else {
        return Vec::new();
    };
    if structure != Tag::CoseSign {
        return vec![signer(document, structure, tagged)];
    }
    // [protected, unprotected, payload, signatures]
    let signatures = document.item(tagged, 3);
    let signatures = signatures.into_iter().flat_map(|list| document.children(list));
    signatures.map(|one| signer(document, structure, one)).collect()
}

/// The tag inside of byte strings.
fn unwrap(document: &Document<'_>, mut id: Id) -> Id {
    while let (Value::Wrapped(_), Some(inner)) = (document.node(id).value, document.children(id).next()) {
        id = inner;
    }
    id
}

fn signer(document: &Document<'_>, structure: Tag, id: Id) -> SignerView {
    let header =
        |label: HeaderLabel| (0..2).find_map(|bucket| document.get(document.item(id, bucket)?, label.code()));
    let algorithm = header(HeaderLabel::Algorithm).map(|value| {
        let known = document.int(value).and_then(Algorithm::from_code);
        known.map_or_else(|| document.shown(value), |algorithm| algorithm.name().to_owned())
    });
    // A COSE_Mac's key is named by its recipient: [protected, unprotected, payload, tag, recipients].
    let recipient = || {
        let recipient = document.item(document.item(id, 4)?, 0)?;
        (0..2).find_map(|bucket| document.get(document.item(recipient, bucket)?, HeaderLabel::KeyId.code()))
    };
    let key_id = header(HeaderLabel::KeyId).or_else(recipient).and_then(|value| document.bytes_at(value));
    SignerView {
        structure: structure.name(),
        algorithm: algorithm.map(|name| clean(&name)),
        key_id: key_id.map(|id| Hex(id).to_string()),
        verified: None,
        role: None,
    }
}
