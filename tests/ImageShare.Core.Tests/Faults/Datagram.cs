using System.Text;

namespace ImageShare.Core.Tests.Faults;

/// <summary>A datagram on its way: one SIP message.</summary>
internal sealed record Datagram(byte[] Bytes, bool ToReceiver)
{
    private readonly string _text = Encoding.Latin1.GetString(Bytes);

    public bool Starts(string words) => _text.StartsWith(words, StringComparison.Ordinal);

    /// <summary>What the message and its retransmissions have in common.</summary>
    public string Kind => $"{_text.Split("\r\n")[0]} {CSeq} {ToReceiver}";

    private string? CSeq => _text.Split("\r\n").FirstOrDefault(static line => line.StartsWith("CSeq:", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether it is a response to a request with this method.</summary>
    public bool Answers(string method) => Starts("SIP/2.0 ") && CSeq?.EndsWith(" " + method, StringComparison.Ordinal) is true;
}
