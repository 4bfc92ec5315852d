namespace ImageShare.Core.Benchmarks.Share;

/// <summary>What one end does on the wire.</summary>
internal enum WireAction
{
    /// <summary>The caller connects, the other end accepts.</summary>
    Open,

    /// <summary>Bytes leave: a datagram, or what one system call writes to a stream.</summary>
    Send,

    /// <summary>One end closes, then the other.</summary>
    Close,
}

/// <summary>One step of a share on the wire, in the order of the whole share.</summary>
/// <param name="Action">What happens.</param>
/// <param name="IsCaller">Whether the end that calls does it.</param>
/// <param name="Stream">The number of the stream; <see cref="Datagrams"/> for UDP.</param>
/// <param name="Bytes">What leaves; empty for the others.</param>
internal sealed record WireStep(WireAction Action, bool IsCaller, int Stream, byte[] Bytes)
{
    public const int Datagrams = -1;

    public override string ToString()
    {
        int line = Bytes.AsSpan().IndexOf((byte)'\r');
        string first = Action == WireAction.Send ? System.Text.Encoding.ASCII.GetString(Bytes.AsSpan(0, Math.Max(0, line))) : string.Empty;
        string where = Stream == Datagrams ? "UDP  " : $"TCP {Stream}";
        return $"{(IsCaller ? "caller" : "callee")}  {where}  {Action,-5} {Bytes.Length,6}  {first}";
    }
}
