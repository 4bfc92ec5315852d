namespace ImageShare.Core.Bodies.Unwrapping;

/// <summary>One level of a message: receives the bytes of that level in order, and then its end.</summary>
internal interface IUnwrapStage
{
    /// <summary>Processes the next bytes. Never waits for anything but its own processing.</summary>
    ValueTask PushAsync(ReadOnlyMemory<byte> bytes);

    ValueTask EndAsync();
}
