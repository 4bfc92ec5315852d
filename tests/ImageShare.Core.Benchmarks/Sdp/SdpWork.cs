using System.Buffers;
using ImageShare.Core.Benchmarks.Peers;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.FileTransfer;

namespace ImageShare.Core.Benchmarks.Sdp;

/// <summary>What the library does with the seed's offer.</summary>
/// <param name="text">The offer. Its session id, file name, icon, path and transfer id are new each time, as in offers of different calls, or not.</param>
internal sealed class SdpWork(VariedText text)
{
    private readonly ArrayBufferWriter<byte> _output = new(4096);

    /// <summary>The seed's offer.</summary>
    public static VariedText Offer => new(Samples.Sdp, BeforeValues);

    /// <summary>What is before the values that change.</summary>
    public static string[] BeforeValues => ["o=- ", "name:\"", "msrp://192.168.16.108:1248/", "a=file-transfer-id:", "a=file-icon:cid:"];

    /// <summary>Reads the offer and nothing of its file.</summary>
    public int Parse() => Read().Media.Length;

    /// <summary>Reads the offer and every value of its file.</summary>
    public int Typed() => Typed(Read());

    /// <summary>Reads the offer and writes it again.</summary>
    public int Write()
    {
        _output.ResetWrittenCount();
        Read().Write(_output);
        return _output.WrittenCount;
    }

    /// <summary>The values of the file in an offer.</summary>
    public static int Typed(SessionDescription offer)
    {
        MediaDescription file = offer.Media[0];
        FileSelector selector = file.FileSelector!;
        return selector.Name!.Length + selector.Type!.Subtype.Length + (int)selector.Size!.Value + selector.StrongestKnownHash!.Value.Length
            + file.FileTransferId!.Value.Value.Length + file.FileDisposition!.Value.Value.Length + file.FileDate!.Created!.Value.Second
            + file.FileIcon!.Length + (int)(file.FileRange?.Start ?? 1) + file.Path!.Count + file.AcceptTypes!.Entries.Length
            + file.AcceptWrappedTypes!.Entries.Length + (int)(file.MaxSize ?? 0) + (int)(offer.GetSetup(file) ?? 0) + (int)offer.GetDirection(file)
            + offer.GetConnection(file)!.Address.Length;
    }

    private SessionDescription Read() => SessionDescription.TryParse(text.Next(), out SessionDescription? offer)
        ? offer
        : throw new InvalidOperationException("The sample offer does not read.");
}
