using System.ComponentModel;
using System.Globalization;

namespace ImageShare.Core.Text.Conversion;

/// <summary>Makes a value from its text for those that ask a type for its converter, such as the binder of Microsoft.Extensions.Configuration.</summary>
/// <typeparam name="T">What it makes.</typeparam>
internal sealed class TextConverter<T> : TypeConverter
    where T : IParsable<T>
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    /// <inheritdoc/>
    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text ? T.Parse(text, CultureInfo.InvariantCulture) : base.ConvertFrom(context, culture, value);
}
