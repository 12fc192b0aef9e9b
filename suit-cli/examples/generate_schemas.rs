//! Writes the JSON Schemas of what `suit` reads and prints into the directory given as the only argument.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let Some(directory) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err(std::io::Error::other("give the directory to write into"));
    };
    for (name, schema) in suit_cli::schemas::all() {
        let mut text = serde_json::to_string_pretty(&schema)?;
        text.push('\n');
        std::fs::write(directory.join(name), text)?;
    }
    Ok(())
}
