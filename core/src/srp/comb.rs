//! Powers of the generator by a fixed-base comb, for exponents of up to 256 bits.
//!
//! The base is always the same, so most of the work can be done beforehand. Write the bits of the exponent into a
//! rectangle of [`TEETH`] rows, each `BLOCKS * SPAN` = 52 bits long, and cut the rows into [`BLOCKS`] blocks of [`SPAN`]
//! columns. The bit in row `tooth`, block `block` and column `column` is that of the weight
//!
//! ```text
//! 2^(52 * tooth + 13 * block + column)
//! ```
//!
//! The five bits of one column of a block, which the five teeth of the comb touch at once, are a number below 32. For
//! each block there is a table of what these numbers stand for in column 0:
//!
//! ```text
//! TABLES[block][bits] = the product of g^(2^(52 * tooth + 13 * block)) over the teeth whose bit is set
//! g^e = the product of TABLES[block][bits of block and column]^(2^column) over all blocks and columns
//! ```
//!
//! Horner's rule takes the columns from the last to the first: square what there is, then multiply by one entry of each
//! table. That is 13 squares and 52 products in place of some 330 by a window of four bits. Teeth more or fewer, and blocks
//! more or fewer, come to the same time or a longer one, since every look-up reads the whole table.
//!
//! The tables take 48 KiB. They are in `comb.bin`, entry by entry in Montgomery form, which is times 2^3072 modulo N, in 384
//! bytes, big-endian: the compiler would need six seconds to compute them, and a first sign-in a millisecond. A test computes
//! every entry anew.
//!
//! The method is Lim and Lee's, "More flexible exponentiation with precomputation":
//! <https://doi.org/10.1007/3-540-48658-5_11>

use crypto_bigint::{U256, U3072, Word};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::residue::{Exponent, Residue};

/// The longest exponent, in bits.
pub(super) const MAX_EXPONENT_BITS: u32 = U256::BITS;

pub(super) const TEETH: u32 = 5;
pub(super) const BLOCKS: u32 = 4;
pub(super) const SPAN: u32 = 13;
const ROW: u32 = BLOCKS * SPAN;
const ENTRIES: usize = 1 << TEETH;
const _: () = assert!(TEETH * ROW >= MAX_EXPONENT_BITS);

pub(super) type Tables = [[Residue; ENTRIES]; BLOCKS as usize];

pub(super) static TABLES: Tables = tables(include_bytes!("comb.bin"));

/// g^exponent, in the same time for every exponent, none of which may be longer than [`MAX_EXPONENT_BITS`].
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

/// The bits that the teeth touch when the first of them stands here.
fn bits(exponent: &Exponent, at: u32) -> u8 {
    (0..TEETH).rev().fold(0, |bits, tooth| bits << 1 | exponent.bit(tooth * ROW + at).to_u8())
}

/// Reads every entry of the table, whichever is wanted.
fn select(table: &[Residue; ENTRIES], bits: u8) -> Residue {
    let mut selected = Zeroizing::new([0; U3072::LIMBS]);
    for (number, entry) in (0_u8..).zip(table) {
        // All ones for the entry that is wanted, else zero.
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
