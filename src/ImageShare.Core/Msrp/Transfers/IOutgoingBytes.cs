namespace ImageShare.Core.Msrp.Transfers;

/// <summary>The bytes of one message for the writer loop: read ahead from a source, or in memory.</summary>
internal interface IOutgoingBytes
{
    /// <summary>The next bytes to send; valid until the next call. For the writer loop.</summary>
    ReadOnlySpan<byte> Ready { get; }

    /// <summary>Bytes went to the wire. For the writer loop.</summary>
    void Advance(int count);

    /// <summary>Reads all bytes from the source; <paramref name="ready"/> is called whenever there are more. Returns early when stopped.</summary>
    /// <returns>False when the source ended before its length.</returns>
    Task<bool> FillAsync(Action ready, CancellationToken cancellationToken);

    /// <summary>Ends the filling. For any thread.</summary>
    void Stop();

    /// <summary>Returns rented buffers. Must not overlap calls of the writer loop or the filling; what <see cref="Ready"/> gives afterwards is not the content of the message.</summary>
    void Return();
}
