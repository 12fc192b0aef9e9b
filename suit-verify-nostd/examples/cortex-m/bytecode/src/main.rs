//! Runs on the host: makes the interpreter's bytecode from a RISC-V ELF file.
//!
//!     bytecode IN.elf OUT.bin

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: bytecode IN.elf OUT.bin");
        return ExitCode::from(2);
    };
    match convert(&from, &to) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {from}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn convert(from: &str, to: &str) -> Result<(), Box<dyn std::error::Error>> {
    let elf = std::fs::read(from)?;
    let mut code = vec![0; elf.len()];
    let length = embive::transpiler::transpile_elf(&elf, &mut code)?;
    code.truncate(length);
    Ok(std::fs::write(to, code)?)
}
