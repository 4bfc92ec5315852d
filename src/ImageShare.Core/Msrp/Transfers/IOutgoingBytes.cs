namespace ImageShare.Core.Msrp.Transfers;

/// <summary>The bytes of one message on their way to the writer loop: read ahead from a source, or in memory already.</summary>
internal interface IOutgoingBytes
{
    /// <summary>What lies ready for the wire; valid until the next call. For the writer loop.</summary>
    ReadOnlySpan<byte> Ready { get; }

    /// <summary>Bytes went to the wire. For the writer loop.</summary>
    void Take(int count);

    /// <summary>Brings all bytes, in the caller's time; <paramref name="ready"/> is called when there are more. Returns early when stopped.</summary>
    /// <returns>False when the source ended before its length.</returns>
    Task<bool> FillAsync(Action ready, CancellationToken cancellationToken);

    /// <summary>Ends the filling. For any thread.</summary>
    void Stop();

    /// <summary>Gives back what was borrowed. Not beside the calls of the writer loop, nor while the filling goes on; what a later call finds ready is not the caller's.</summary>
    void Return();
}
