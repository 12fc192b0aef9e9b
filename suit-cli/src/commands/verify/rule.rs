//! `--require`: who must have signed.

use crate::error::{Failure, Outcome, codes};

/// A number of roles out of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// As it was written.
    text: String,
    needed: usize,
    roles: Vec<String>,
}

impl Rule {
    /// Reads `vendor`, `vendor,operator` (all of them) or `1-of vendor,operator`. `known` are the roles that there are.
    ///
    /// # Errors
    /// E0099 malformed, a role that no trusted key has, or more than there are.
    pub(super) fn parse(text: &str, known: &[&str]) -> Outcome<Self> {
        let wrong = |message: String| Failure::new(codes::USAGE, message);
        let words = text.trim();
        if words.contains(" for ") {
            return Err(wrong(format!("--require '{words}' is about components, which is not supported yet"))
                .help("it arrives with trust policies; today a rule is about the whole manifest: 2-of vendor,operator"));
        }
        let (needed, list) = match words.split_once("-of ") {
            Some((number, list)) => {
                let number = number.parse::<usize>().ok().filter(|number| *number > 0);
                let number = number.ok_or_else(|| {
                    wrong(format!("--require '{words}' doesn't begin with a number"))
                        .help("write for example 2-of vendor,operator")
                })?;
                (Some(number), list)
            }
            None => (None, words),
        };
        let mut roles: Vec<String> = Vec::new();
        for role in list.split(',').map(str::trim) {
            if !known.contains(&role) {
                return Err(wrong(format!("--require names '{role}', and no trusted key is called so"))
                    .help(format!("the trusted keys are {}", known.join(", "))));
            }
            if !roles.iter().any(|other| other == role) {
                roles.push(role.to_owned());
            }
        }
        let needed = needed.unwrap_or(roles.len());
        if needed > roles.len() {
            return Err(wrong(format!("--require '{words}' asks for {needed} of {}", roles.len()))
                .help("ask for at most as many as it names"));
        }
        Ok(Self { text: words.to_owned(), needed, roles })
    }

    /// Whether these roles fulfil it.
    ///
    /// # Errors
    /// E0550 they don't.
    pub(super) fn check(&self, signed: &[&str]) -> Result<(), Failure> {
        let missing: Vec<_> =
            self.roles.iter().map(String::as_str).filter(|role| !signed.contains(role)).collect();
        let present = self.roles.len() - missing.len();
        if present >= self.needed {
            return Ok(());
        }
        let message = format!("'{}' is required, and {} did not sign", self.text, missing.join(" and "));
        let help = format!("{} more needed: suit sign ENV --key …", self.needed - present);
        Err(Failure::new(codes::REQUIRED_SIGNERS, message).help(help))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["vendor", "operator", "lab"];

    #[test]
    fn rules_count_roles() {
        let signed: [&[&str]; 5] =
            [&[], &["vendor"], &["vendor", "operator"], &["lab"], &["lab", "operator"]];
        for (text, wanted) in [
            ("vendor", [false, true, true, false, false]),
            ("vendor,operator", [false, false, true, false, false]),
            ("1-of vendor,operator", [false, true, true, false, true]),
            ("2-of vendor, operator,lab", [false, false, true, false, true]),
            ("1-of lab,lab", [false, false, false, true, true]),
        ] {
            let rule = Rule::parse(text, KNOWN).unwrap();
            let found = signed.map(|signed| rule.check(signed).is_ok());
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn what_is_no_rule() {
        for (text, message) in [
            ("", "--require names '', and no trusted key is called so"),
            ("vender", "--require names 'vender', and no trusted key is called so"),
            ("0-of vendor", "--require '0-of vendor' doesn't begin with a number"),
            ("two-of vendor", "--require 'two-of vendor' doesn't begin with a number"),
            ("2-of vendor,vendor", "--require '2-of vendor,vendor' asks for 2 of 1"),
            (
                "1-of vendor for app",
                "--require '1-of vendor for app' is about components, which is not supported yet",
            ),
        ] {
            let failure = Rule::parse(text, KNOWN).expect_err(text);
            assert_eq!((failure.number(), failure.message()), (99, message));
        }
    }
}
