using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.FileTransfer;

namespace ImageShare.Core.Benchmarks.Sdp;

/// <summary>What the library does with the seed's offer.</summary>
/// <param name="varies">
/// Whether the session id, file name, icon, path and transfer id are new each time, as in offers of different calls; the library keeps strings that recur.
/// </param>
internal sealed class SdpWork(bool varies)
{
    private readonly byte[] _offer = [.. Samples.Sdp];
    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private readonly int[] _places = varies ? [.. Places(Samples.Sdp)] : [];
    private uint _count;

    /// <summary>Reads the offer and nothing of its file.</summary>
    public int Parse() => Read().Media.Length;

    /// <summary>Reads the offer and every value of its file.</summary>
    public int Typed()
    {
        SessionDescription offer = Read();
        MediaDescription file = offer.Media[0];
        FileSelector selector = file.FileSelector!;
        return selector.Name!.Length + selector.Type!.Subtype.Length + (int)selector.Size!.Value + selector.StrongestKnownHash!.Value.Length
            + file.FileTransferId!.Value.Value.Length + file.FileDisposition!.Value.Value.Length + file.FileDate!.Created!.Value.Second
            + file.FileIcon!.Length + (int)(file.FileRange?.Start ?? 1) + file.Path!.Count + file.AcceptTypes!.Entries.Length
            + file.AcceptWrappedTypes!.Entries.Length + (int)(file.MaxSize ?? 0) + (int)(offer.GetSetup(file) ?? 0) + (int)offer.GetDirection(file)
            + offer.GetConnection(file)!.Address.Length;
    }

    /// <summary>Reads the offer and writes it again.</summary>
    public int Write()
    {
        _output.ResetWrittenCount();
        Read().Write(_output);
        return _output.WrittenCount;
    }

    private SessionDescription Read()
    {
        Vary();
        return SessionDescription.TryParse(_offer, out SessionDescription? offer)
            ? offer
            : throw new InvalidOperationException("The sample offer does not read.");
    }

    private void Vary()
    {
        // Four octal digits.
        uint number = _count++;
        uint digits = 0x30303030 | (number & 7) | ((number & 0x38) << 5) | ((number & 0x1C0) << 10) | ((number & 0xE00) << 15);
        foreach (int place in _places)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_offer.AsSpan(place), digits);
        }
    }

    private static IEnumerable<int> Places(byte[] offer)
    {
        foreach (string before in (string[])["o=- ", "name:\"", "msrp://192.168.16.108:1248/", "a=file-transfer-id:", "a=file-icon:cid:"])
        {
            yield return offer.AsSpan().IndexOf(Encoding.ASCII.GetBytes(before)) + before.Length;
        }
    }
}
