// The parts of Element Plus that the pages use, and no others.
import {
  ElAlert, ElButton, ElConfigProvider, ElDatePicker, ElDescriptions, ElDescriptionsItem, ElDialog,
  ElDropdown, ElDropdownItem, ElDropdownMenu, ElEmpty, ElForm, ElFormItem, ElIcon, ElInput, ElMenu,
  ElMenuItem, ElOption, ElRadioButton, ElRadioGroup, ElResult, ElSelect, ElSkeleton, ElSubMenu,
  ElSwitch, ElTag, ElTimeline, ElTimelineItem,
} from "element-plus";
import "element-plus/dist/index.css";
import "element-plus/theme-chalk/dark/css-vars.css";
import type { App } from "vue";

const USED = {
  ElAlert, ElButton, ElConfigProvider, ElDatePicker, ElDescriptions, ElDescriptionsItem, ElDialog,
  ElDropdown, ElDropdownItem, ElDropdownMenu, ElEmpty, ElForm, ElFormItem, ElIcon, ElInput, ElMenu,
  ElMenuItem, ElOption, ElRadioButton, ElRadioGroup, ElResult, ElSelect, ElSkeleton, ElSubMenu,
  ElSwitch, ElTag, ElTimeline, ElTimelineItem,
};

export function useElements(app: App): void {
  for (const [name, one] of Object.entries(USED)) app.component(name, one);
}
