//! Rules about text for people.

use super::envelope::text_of;
use super::{Finding, Subject};
use crate::description::places::Site;
use crate::description::values::{bytes_list, hex};
use crate::description::words::word;
use crate::error::codes;
use suit_core::labels::ComponentTextKey;

pub(super) fn check(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (tag, language) in text_of(subject.manifest).into_iter().flatten() {
        let site = || Site::Text(tag.clone());
        for (id, texts) in &language.components {
            // P-017.
            if !subject.manifest.components.contains(id) {
                let message = format!("there is text about {}, which is not a component", bytes_list(&id.0));
                findings.push(Finding::new(codes::TEXT_COMPONENT, site(), message));
            }
            // P-020: letters, marks, numbers, punctuation, symbols, spaces.
            for key in [ComponentTextKey::VersionRequired, ComponentTextKey::CurrentVersion] {
                let odd = texts.get(&key).and_then(|text| text.chars().find(|letter| letter.is_control()));
                if let Some(odd) = odd {
                    let code = hex(&u32::from(odd).to_be_bytes());
                    let message = format!("'{}' has a control character, U+{}", word(key), &code[4..]);
                    findings.push(Finding::new(codes::TEXT_CHARACTERS, site(), message));
                }
            }
        }
    }
}
