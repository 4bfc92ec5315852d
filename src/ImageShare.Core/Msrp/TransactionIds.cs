using System.Runtime.Intrinsics;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp;

/// <summary>
/// Makes transaction ids: 16 letters and digits with 80 random bits (RFC 4975 §7.1 asks for 64). Letters and digits only, and
/// no more than 20, because some peers take nothing else.
/// </summary>
/// <param name="random">Fills a span with random bytes; null for those of the system.</param>
internal sealed class TransactionIds(Action<Span<byte>>? random = null)
{
    public const int Length = 16;

    // 32 characters, five bits each; without I, O, 0 and 1, which people mix up.
    private static ReadOnlySpan<byte> Alphabet => "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"u8;

    public void Next(Span<byte> id)
    {
        if (random is null)
        {
            RandomBytes.Fill(id[..Length]);
        }
        else
        {
            random(id[..Length]);
        }

        // Five bits of each byte are a place in the alphabet.
        Vector128<byte> places = Vector128.Create<byte>(id) & Vector128.Create((byte)31);
        Vector128<byte> low = Vector128.Shuffle(Vector128.Create(Alphabet[..16]), places & Vector128.Create((byte)15));
        Vector128<byte> high = Vector128.Shuffle(Vector128.Create(Alphabet[16..]), places & Vector128.Create((byte)15));
        Vector128.ConditionalSelect(Vector128.LessThan(places, Vector128.Create((byte)16)), low, high).CopyTo(id);
    }
}
