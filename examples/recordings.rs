//! Shows where the recordings and our answers differ: `cargo run --example recordings -- [FILE]`.

#[path = "../tests/recordings/replay.rs"]
mod replay;

fn main() {
    let filter = std::env::args().nth(1).unwrap_or_default();
    let reports = replay::replay(&filter);
    for report in &reports {
        print!("{}", report.differences);
    }
    let (mut agree, mut shown) = (0, 0);
    for report in &reports {
        println!("{:32} {:4} of {:4}", report.file, report.agree, report.shown);
        agree += report.agree;
        shown += report.shown;
    }
    println!("{:32} {agree:4} of {shown:4}", "all");
}
