namespace ImageShare.Core.Bodies.Unwrapping;

/// <summary>One level of a message that is taken apart: gets the octets of that level, in order, and then its end.</summary>
internal interface IUnwrapStage
{
    /// <summary>Takes the next octets, and is done with them when it has ended. It never waits for anything but its own reading of them.</summary>
    ValueTask PushAsync(ReadOnlyMemory<byte> octets);

    ValueTask EndAsync();
}
