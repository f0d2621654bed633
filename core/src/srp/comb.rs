//! Powers of the generator, computed with a fixed-base comb, for exponents of up to 256 bits.
//!
//! The base is always the same, so most of the computation can be done in advance. The bits of the exponent
//! are written into a rectangle of [`TEETH`] rows, each `BLOCKS * SPAN` = 52 bits long. The rows are cut into
//! [`BLOCKS`] blocks of [`SPAN`] columns. The bit in row `tooth`, block `block` and column `column` has this
//! weight:
//!
//! ```text
//! 2^(52 * tooth + 13 * block + column)
//! ```
//!
//! The five teeth of the comb read the five bits of one column of a block. These bits form a number below 32,
//! which is the index into the block's table. The table has 32 entries. The entry at index `bits` is a power
//! of g. In the exponent of this power, column 0 of the block contains `bits`, and all other bits are zero:
//!
//! ```text
//! TABLES[block][bits]
//!   = the product of g^(2^(52 * tooth + 13 * block)) over the teeth whose bit is set
//! g^e
//!   = the product of TABLES[block][bits of block and column]^(2^column)
//!     over all blocks and columns
//! ```
//!
//! Horner's rule processes the columns from the last to the first: for each column, the intermediate result
//! is squared, then multiplied by one entry of each table. This method needs 13 squarings and 52
//! multiplications. An exponentiation with a window of four bits would need about 330 operations in total. A
//! comb with more or fewer teeth or blocks is not faster, because every look-up reads a whole table.
//!
//! The tables take 48 KiB. The file `comb.bin` contains all entries of all tables. Each entry is in
//! Montgomery form (multiplied by 2^3072 modulo N) and has 384 big-endian bytes. Without this file, the
//! compiler would need six seconds to compute the tables, or the first sign-in would need one millisecond. A
//! test computes every entry again and compares the entry with the file.
//!
//! The method is from Lim and Lee, "More flexible exponentiation with precomputation":
//! <https://doi.org/10.1007/3-540-48658-5_11>

use crypto_bigint::{U256, U3072, Word};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::residue::{Exponent, Residue};

/// The maximum length of an exponent, in bits.
pub(super) const MAX_EXPONENT_BITS: u32 = U256::BITS;

pub(super) const TEETH: u32 = 5;
pub(super) const BLOCKS: u32 = 4;
pub(super) const SPAN: u32 = 13;
const ROW: u32 = BLOCKS * SPAN;
const ENTRIES: usize = 1 << TEETH;
const _: () = assert!(TEETH * ROW >= MAX_EXPONENT_BITS);

pub(super) type Tables = [[Residue; ENTRIES]; BLOCKS as usize];

pub(super) static TABLES: Tables = tables(include_bytes!("comb.bin"));

/// Computes g^exponent in constant time. An exponent must not be longer than [`MAX_EXPONENT_BITS`].
pub(super) fn power(exponent: &Exponent) -> Residue {
    let mut power = Zeroizing::new(Residue::ONE);
    for column in (0..SPAN).rev() {
        *power = power.square();
        for (block, table) in (0..BLOCKS).zip(&TABLES) {
            let entry = Zeroizing::new(select(table, bits(exponent, block * SPAN + column)));
            *power = power.mul(&entry);
        }
    }
    *power
}

/// Reads the bit at this position in each row. Returns these bits as a number, in which the bit of the first
/// row is the lowest.
fn bits(exponent: &Exponent, position: u32) -> u8 {
    (0..TEETH).rev().fold(0, |bits, tooth| bits << 1 | exponent.bit(tooth * ROW + position).to_u8())
}

/// Returns the table's entry at index `bits`. The function reads every entry, so that the accessed memory
/// does not depend on `bits`.
fn select(table: &[Residue; ENTRIES], bits: u8) -> Residue {
    let mut selected = Zeroizing::new([0; U3072::LIMBS]);
    for (number, entry) in (0_u8..).zip(table) {
        // For the selected entry, all bits of the mask are one. For every other entry, the mask is zero.
        let mask = Word::from(number.ct_eq(&bits).unwrap_u8()).wrapping_neg();
        for (selected, word) in selected.iter_mut().zip(entry.as_montgomery().as_words()) {
            *selected |= word & mask;
        }
    }
    Residue::from_montgomery(U3072::from_words(*selected))
}

#[expect(clippy::indexing_slicing, reason = "a constant has no iterators, and the compiler checks each index")]
const fn tables(mut bytes: &[u8]) -> Tables {
    let mut tables = [[Residue::ONE; ENTRIES]; BLOCKS as usize];
    let mut number = 0;
    while !bytes.is_empty() {
        let (entry, others) = bytes.split_at(U3072::BYTES);
        tables[number / ENTRIES][number % ENTRIES] = Residue::from_montgomery(U3072::from_be_slice(entry));
        bytes = others;
        number += 1;
    }
    tables
}
